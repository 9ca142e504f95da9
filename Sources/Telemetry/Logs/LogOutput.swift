import Glibc
import Synchronization

/// Where log lines go: standard error, or a file with a bound. Lines of several threads do not mix.
package final class LogOutput: Sendable {
    package enum Format: String, Sendable {
        /// `12:00:00.123 WARN  router: no quorum customer=acme`
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
