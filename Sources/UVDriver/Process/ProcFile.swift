import CLibUV
import Glibc

/// Small files that the kernel makes up, such as those under /proc: read whole, at once, up to a bound.
enum ProcFile {
    /// Of all processes that the kernel shows.
    static func pids() -> [Int32] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var pids: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let pid = Int32(name) { pids.append(pid) }
        }
        return pids
    }

    /// The content, or nil if it cannot be read or is longer than `limit` bytes.
    static func read(_ path: String, limit: Int = 65_536) -> [UInt8]? {
        let fd = cuv_open_errno(path, O_RDONLY, 0)
        guard fd >= 0 else { return nil }
        defer { _ = cuv_close(fd) }
        var content: [UInt8] = []
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) { buffer in
            while true {
                let count = cuv_read_errno(fd, buffer.baseAddress!, buffer.count)
                guard count >= 0, content.count + count <= limit else { return nil }
                if count == 0 { return content }
                content += buffer[..<count]
            }
        }
    }
}
