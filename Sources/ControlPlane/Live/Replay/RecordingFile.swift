import CLibUV
import Glibc

/// A file of a recording, read from its beginning on.
final class RecordingFile {
    private let descriptor: Int32

    /// Nil where it cannot be opened, and where it is no regular file: of a pipe nobody can be told the beginning again, and
    /// opening one would wait for who writes it.
    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0, size != nil else { return nil }
    }

    deinit { if descriptor >= 0 { _ = Glibc.close(descriptor) } }

    /// How long it is, in bytes; nil where that cannot be told.
    var size: Int? {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(facts.st_size)
    }

    /// The next bytes, `most` at the most; none at the end, nil where they cannot be read.
    func read(_ most: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { return nil }
        bytes.removeLast(most - count)
        return bytes
    }
}
