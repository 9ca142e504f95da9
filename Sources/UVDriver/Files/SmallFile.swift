import CLibUV
import Glibc

/// Reading and replacing files of a few bytes.
enum SmallFile {
    /// False only where there is surely no such file.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 || errno != ENOENT }

    /// The file's text, or nil when it cannot be read or is longer than `most` bytes.
    static func read(_ path: String, most: Int) -> String? {
        let descriptor = cuv_open_errno(path, O_RDONLY, 0)
        guard descriptor >= 0 else { return nil }
        defer { _ = cuv_close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: most + 1)
        var used = 0
        while used < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                cuv_read_errno(descriptor, $0.baseAddress! + used, $0.count - used)
            }
            if count == 0 { break }
            guard count > 0 else { return nil }
            used += count
        }
        return used <= most ? String(decoding: bytes[..<used], as: UTF8.self) : nil
    }

    /// Writes a new file and puts it in the place of the old one in one step. False when that failed: the old one
    /// stays as it was.
    static func replace(_ path: String, with text: String) -> Bool {
        let temporary = "\(path).\(getpid()).new"
        let descriptor = cuv_open_errno(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { return false }
        let isWritten = write(descriptor, text)
        _ = cuv_close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            return false
        }
        return true
    }

    /// Writes all of a text to a descriptor.
    static func write(_ descriptor: Int32, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                written += count
            }
            return true
        }
    }
}
