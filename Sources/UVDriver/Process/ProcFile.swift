import CLibUV

/// Small files that the kernel makes up, such as those under /proc: read whole, at once, up to a bound.
enum ProcFile {
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
