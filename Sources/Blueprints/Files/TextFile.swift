#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a text file of at most 1 MiB, whatever stands at the path: a file, a pipe, or `-` for standard input.
package enum TextFile {
    package static let longest = 1 << 20
    /// How long a pipe may say nothing, in milliseconds.
    static let patience: Int32 = 10_000

    package static func read(_ path: String) -> Result<String, FileFailure> {
        if path == FilePath.standardInput { return content(of: STDIN_FILENO) }
        // A pipe that nobody has opened for writing would hold up `open` itself.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(failure(errno)) }
        defer { _ = close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return .failure(failure(errno)) }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: return .failure(failure(EISDIR))
        case S_IFIFO: return content(of: descriptor, isPipe: true)
        default: return content(of: descriptor)
        }
    }

    private static func content(of descriptor: Int32, isPipe: Bool = false) -> Result<String, FileFailure> {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            if isPipe {
                var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                if poll(&wait, 1, patience) == 0 {
                    return .failure(
                        FileFailure(
                            code: .fileUnreadable,
                            message: "nobody has written into this pipe for \(patience / 1000) s"))
                }
            }
            let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count < 0, errno == EINTR || (isPipe && errno == EAGAIN) { continue }
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
        if number == EISDIR {
            return FileFailure(code: .fileUnreadable, message: "this is a folder; name a file in it")
        }
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
