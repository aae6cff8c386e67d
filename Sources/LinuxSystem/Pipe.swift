import CLinux

/// Both ends of a pipe.
package struct Pipe: ~Copyable {
    /// The reading end.
    package let reading: Descriptor
    /// The writing end.
    package let writing: Descriptor

    /// Creates a pipe that no started program inherits.
    package init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0 else { throw .last("pipe") }
        reading = Descriptor(adopting: ends[0])
        writing = Descriptor(adopting: ends[1])
    }

    /// Returns the reading end and closes the writing one.
    package consuming func takeReading() -> Descriptor { reading }

    /// Returns the writing end and closes the reading one.
    package consuming func takeWriting() -> Descriptor { writing }
}
