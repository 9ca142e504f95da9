import Glibc
import Synchronization

/// Where log lines go: standard error, or a file with a bound. Lines of several threads do not mix.
package final class LogOutput: Sendable {
    package enum Format: String, Sendable {
        /// `2026-03-01T12:00:00.123Z WARN  router: no quorum customer=acme`
        case text
        /// `{"time": ..., "level": ..., "label": ..., "message": ..., "metadata": {...}}`
        case json
    }
    private enum Target: ~Copyable {
        case descriptor(Int32)
        case file(RotatingFile)
    }

    package let format: Format
    private let target: Mutex<Target>

    /// Writes to standard error.
    package init(_ format: Format) {
        self.format = format
        target = Mutex(.descriptor(STDERR_FILENO))
    }

    /// The log of a process: its standard error, or, where that is the file at `path`, this file with its bound.
    package static func own(_ format: Format, path: String) -> LogOutput {
        var (named, open) = (stat(), stat())
        let isSame =
            stat(path, &named) == 0 && fstat(STDERR_FILENO, &open) == 0 && named.st_dev == open.st_dev
            && named.st_ino == open.st_ino
        return isSame ? LogOutput(format, path: path) : LogOutput(format)
    }

    package init(_ format: Format, path: String, limit: Int = RotatingFile.defaultLimit) {
        self.format = format
        target = Mutex(.file(RotatingFile(path: path, limit: limit)))
    }

    /// Adds the newline. A line that cannot be written is lost: logging never stops the work.
    func write(_ line: [UInt8]) {
        target.withLock { target in
            switch consume target {
            case .descriptor(let descriptor):
                let bytes = line + [UInt8(ascii: "\n")]
                // One call for the whole line: lines of several processes on one terminal stay whole as well.
                _ = Glibc.write(descriptor, bytes, bytes.count)
                target = .descriptor(descriptor)
            case .file(var file):
                file.append(line)
                target = .file(file)
            }
        }
    }
}
