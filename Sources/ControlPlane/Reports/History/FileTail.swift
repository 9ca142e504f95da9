import CLibUV
import Glibc

/// Reads the lines of a file that others append to, and goes on where it stopped. A file that was rotated away to
/// `NAME.1` is read to its end first.
package struct FileTail {
    /// Of the file.
    package let path: String
    private var offset: Int64 = 0
    private var inode: UInt64 = 0
    private var partial: [UInt8] = []
    private var isFirst = true

    /// Bytes that are read at once, at most.
    static let most = 64 << 20

    /// Reads nothing yet.
    package init(path: String) { self.path = path }

    /// The whole lines that have come since the last call.
    package mutating func next() -> [Substring.UTF8View] {
        var text: [UInt8] = []
        if isFirst {
            isFirst = false
            text += Self.read(path + ".1", from: 0)?.bytes ?? []
        }
        guard let (bytes, inode, size) = Self.read(path, from: offset, knownInode: self.inode) else {
            return Self.lines(text)
        }
        if self.inode != 0, inode != self.inode {
            // Rotated: the rest of the old file has another name now.
            text += Self.read(path + ".1", from: offset)?.bytes ?? []
            offset = 0
        } else if size < offset {
            offset = 0
        }
        self.inode = inode
        text += bytes
        offset += Int64(bytes.count)
        var whole = partial + text
        let end = whole.lastIndex(of: 10).map { $0 + 1 } ?? 0
        partial = Array(whole[end...])
        whole.removeLast(whole.count - end)
        return Self.lines(whole)
    }

    private static func lines(_ bytes: [UInt8]) -> [Substring.UTF8View] {
        bytes.split(separator: 10).map { Substring(String(decoding: $0, as: UTF8.self)).utf8 }
    }

    private static func read(
        _ path: String, from offset: Int64, knownInode: UInt64 = 0
    ) -> (bytes: [UInt8], inode: UInt64, size: Int64)? {
        let descriptor = cuv_open_errno(path, O_RDONLY, 0)
        guard descriptor >= 0 else { return nil }
        defer { _ = cuv_close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return nil }
        let inode = UInt64(information.st_ino)
        let size = Int64(information.st_size)
        let isSame = knownInode == 0 || knownInode == inode
        lseek(descriptor, isSame && size >= offset ? Int(offset) : 0, SEEK_SET)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < most {
            let count = chunk.withUnsafeMutableBytes { cuv_read_errno(descriptor, $0.baseAddress!, $0.count) }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return (bytes, inode, size)
    }
}
