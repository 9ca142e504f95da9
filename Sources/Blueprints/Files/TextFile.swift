#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a text file of at most 1 MiB, whatever stands at the path.
package enum TextFile {
    package static let longest = 1 << 20

    package static func read(_ path: String) -> Result<String, FileFailure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(failure(errno)) }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(failure(errno)) }
            if count == 0 { break }
            bytes += chunk[..<count]
            if bytes.count > longest {
                return .failure(FileFailure(code: .fileTooLarge, message: "the file is larger than 1 MiB"))
            }
        }
        return text(bytes)
    }

    /// UTF-8, with or without a byte order mark.
    package static func text(_ bytes: [UInt8]) -> Result<String, FileFailure> {
        let bom: [UInt8] = [0xEF, 0xBB, 0xBF]
        let body = bytes.starts(with: bom) ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            return .failure(FileFailure(code: .fileEncoding, message: "the file is not text in UTF-8"))
        }
        return .success(text)
    }

    private static func failure(_ number: Int32) -> FileFailure {
        let missing = number == ENOENT || number == ENOTDIR
        return FileFailure(
            code: missing ? .fileMissing : .fileUnreadable,
            message: missing ? "there is no such file" : "cannot be read: \(String(cString: strerror(number)))")
    }
}

/// The system's `read`, out of reach of `TextFile.read`.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
