import CLinux
import Glibc

/// Standard input, output and error of this process.
package enum StandardDescriptors {
    /// Ensures that all three are open, so that no socket takes the place of one.
    ///
    /// Using one that was closed still fails as it should.
    package static func reserve() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
            let wrongWay = number == STDIN_FILENO ? O_WRONLY : O_RDONLY
            _ = unsafe open("/dev/null", wrongWay)
        }
    }
}

/// Messages for people, on standard error.
package enum StandardError {
    /// Writes one line; an error cannot be reported anywhere.
    package static func print(_ line: String) {
        var text = line + "\n"
        text.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
