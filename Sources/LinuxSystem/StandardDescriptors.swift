import CLinux
import Glibc

/// Standard input, output and error of this process.
package enum StandardDescriptors {
    /// Sees to it that the three are taken, so that no socket becomes one of them; using one that was closed still fails
    /// as it should.
    package static func reserve() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            let wrongWay = number == STDIN_FILENO ? O_WRONLY : O_RDONLY
            _ = unsafe open("/dev/null", wrongWay)
        }
    }
}
