import Glibc
import Reports

/// Keeps the newest of a value in a file, beside everything else: on libuv's pool, and on the disk when a write ends.
///
/// One write is under way at a time; of the values that come meanwhile only the latest is written.
package final class SavedFile<Value: Equatable & Sendable> {
    package let path: String
    package private(set) var counters = SavedFileCounters()
    private let pool: WorkPool
    private let encode: @Sendable (Value) throws -> String
    private let onFailure: (UVError) -> Void
    /// What the file holds, as far as this life knows.
    private var written: Value?
    private var underWay: Value?
    private var waiting: Value?
    private var told: UVError?
    private var isClosed = false

    /// - Parameters:
    ///   - encode: makes the file's text, on a thread of the pool.
    ///   - onFailure: told why a value could not be written: once until one could be, or the reason is another.
    package init(
        _ path: String, loop: EventLoop, encode: @escaping @Sendable (Value) throws -> String,
        onFailure: @escaping (UVError) -> Void
    ) {
        self.path = path
        self.encode = encode
        self.onFailure = onFailure
        pool = WorkPool(loop: loop, limit: 1)
    }

    /// Writes a value, soon, unless it is the one that was given last. One that fails is not tried again by itself.
    package func save(_ value: Value) {
        guard !isClosed, value != waiting ?? underWay ?? written else { return }
        if waiting != nil { counters.superseded += 1 }
        waiting = value
        writeNext()
    }

    /// Begins no further write; the one that is under way comes to its end.
    package func close() {
        isClosed = true
        waiting = nil
    }

    private func writeNext() {
        guard underWay == nil, let value = waiting else { return }
        (waiting, underWay) = (nil, value)
        let (path, encode) = (path, encode)
        let work = pool.submit({ () -> UVError? in
            do {
                try SmallFile.replaceDurably(path, with: try encode(value))
                return nil
            } catch {
                return error as? UVError ?? UVError(code: -EINVAL, operation: "encode \(path)")
            }
        }) { [self] result in ended(value, result) }
        precondition(work != nil, "one value is under way at a time, and the pool takes one")
    }

    private func ended(_ value: Value, _ result: PoolResult<UVError?>) {
        underWay = nil
        // Cancelled, the loop is being closed.
        guard case .finished(let failure) = result else { return close() }
        if let failure {
            counters.failed += 1
            if failure != told { onFailure(failure) }
        } else {
            counters.written += 1
            written = value
        }
        told = failure
        writeNext()
    }
}

extension SavedFile {
    /// What an earlier life has left.
    package struct Found {
        /// Nil where there is nothing of use.
        package var value: Value?
        /// What was wrong with the file, and what was done about it.
        package var remark: String?
    }

    /// Reads what an earlier life has saved.
    ///
    /// What cannot be understood is moved aside, to a name that ends in `.damaged`, where an earlier such file gives way
    /// to it. What cannot be read stays where it is, since it may be sound.
    ///
    /// - Parameters:
    ///   - most: bytes of the largest file that is read.
    ///   - parse: throws where a text is no such file, or of no use here.
    package static func load(_ path: String, most: Int, parse: (String) throws -> Value) -> Found {
        let content: SmallFile.Content?
        do throws(UVError) { content = try SmallFile.content(path, most: most) } catch {
            // What is longer than any, a directory or a pipe is none.
            let isNone = [-EFBIG, -EISDIR, -EINVAL].contains(error.code)
            return Found(remark: isNone ? moveAside(path, error.message) : "\(error): the file is passed over")
        }
        guard let content else { return Found() }
        do { return Found(value: try parse(content.text)) } catch {
            return Found(remark: moveAside(path, JSONFailure.describe(error)))
        }
    }

    private static func moveAside(_ path: String, _ reason: String) -> String {
        let aside = path + ".damaged"
        let isMoved = rename(path, aside) == 0
        let end = isMoved ? "it was moved to \(aside)" : "it could not be moved to \(aside) and should be removed"
        return "\(path) is damaged (\(reason)): \(end)"
    }
}

/// What became of the values that were to be saved.
package struct SavedFileCounters: Equatable {
    /// On the disk.
    package var written: UInt64 = 0
    /// A later one was written in their place.
    package var superseded: UInt64 = 0
    /// Could not be written; the file is as it was.
    package var failed: UInt64 = 0

    package init(written: UInt64 = 0, superseded: UInt64 = 0, failed: UInt64 = 0) {
        self.written = written
        self.superseded = superseded
        self.failed = failed
    }
}
