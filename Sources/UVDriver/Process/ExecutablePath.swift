import CLibUV

/// Where this program's file is.
package enum ExecutablePath {
    /// For starting the same program again. If the file was replaced or removed meanwhile, the kernel's link to the old
    /// one, which a child can still execute.
    package static var current: String {
        let link = "/proc/self/exe"
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            let length = readlink(link, buffer.baseAddress!, buffer.count)
            guard length > 0, length < buffer.count else { return link }
            let path = String(
                decoding: UnsafeRawBufferPointer(start: buffer.baseAddress!, count: length), as: UTF8.self)
            return path.hasSuffix(" (deleted)") || access(path, X_OK) != 0 ? link : path
        }
    }
}
