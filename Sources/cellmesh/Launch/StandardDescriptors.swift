import Glibc

/// Descriptors 0 to 2. Where the parent has closed one, the next file to be opened would take its number: messages would
/// be written into it, and libuv aborts where it is to close one of the three.
enum StandardDescriptors {
    /// Opens those that are closed. Comes first: whatever opens a file before it may take one of their numbers.
    static func hold() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is that of the descriptor itself, since those before it are open.
            if open("/dev/null", O_RDWR) < 0 { _ = open("/", O_RDONLY | O_DIRECTORY) }
        }
    }
}
