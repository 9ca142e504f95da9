import MeshBase

/// Follows a small file that others replace: reads it again where it is another version, and hands on what is in it.
///
/// A version that cannot be read or understood, or is not taken, is told of once and counted, and what was in force
/// stays. One that cannot be read is tried again at each look, since it may yet be.
package final class WatchedFile<Value: Equatable> {
    package let path: String
    /// What is in force; nil where there has been no file that could be taken.
    package private(set) var value: Value?
    /// Versions that were turned away.
    package private(set) var refusals: UInt64 = 0

    private let most: Int
    private let absent: Value?
    private let parse: (String) throws -> Value
    private var take: (Value) throws -> Void = { _ in }
    private var refuse: (any Error) -> Void = { _ in }
    private var seen: FileVersion?
    private var told: Refusal?
    private var poll: LoopTimer?

    private struct Refusal: Equatable {
        var version: FileVersion?
        var reason: String
    }

    /// - Parameters:
    ///   - most: bytes of the largest file that is read.
    ///   - absent: what is in force while there is no file; nil: what was before.
    ///   - parse: throws where a text is no such file.
    package init(_ path: String, most: Int, absent: Value? = nil, parse: @escaping (String) throws -> Value) {
        self.path = path
        self.most = most
        self.absent = absent
        self.parse = parse
        value = absent
    }

    /// Reads what is there, for a process that starts, before the file is followed.
    ///
    /// - Throws: `UVError` where it cannot be read, and what parsing has thrown.
    package func load() throws -> Value? {
        seen = nil
        try look()
        return value
    }

    /// From now on looks at the file by itself.
    ///
    /// - Parameters:
    ///   - interval: from one look to the next, at least 1 ms.
    ///   - take: brings another value into force; where it throws, that version is refused.
    ///   - refuse: told of a version that was refused, and why.
    package func follow(
        on loop: EventLoop, every interval: TimeAmount, take: @escaping (Value) throws -> Void,
        refuse: @escaping (any Error) -> Void
    ) {
        self.take = take
        self.refuse = refuse
        // Without a timer the file is still looked at where that is asked for.
        poll = try? LoopTimer(loop: loop) { [unowned self] in refresh() }
        poll?.start(after: interval, every: interval)
    }

    /// Looks at the file now.
    package func refresh() {
        do { try look() } catch {
            let refusal = Refusal(version: (try? FileVersion(of: path)) ?? nil, reason: "\(error)")
            guard told != refusal else { return }
            told = refusal
            refusals += 1
            refuse(error)
        }
    }

    private func look() throws {
        let version = try FileVersion(of: path)
        guard version == nil || version != seen else { return }
        guard version != nil, let content = try SmallFile.content(path, most: most) else {
            seen = nil
            if let absent { try bring(absent) }
            return
        }
        // Once understood or not, it will not be otherwise at the next look.
        seen = content.version
        try bring(parse(content.text))
        told = nil
    }

    private func bring(_ new: Value) throws {
        guard new != value else { return }
        try take(new)
        value = new
    }

    /// Looks no more by itself.
    package func close() {
        poll?.close()
        poll = nil
    }
}
