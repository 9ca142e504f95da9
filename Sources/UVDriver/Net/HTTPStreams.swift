import MeshBase
import Wire

/// The answers of a server that go on: `text/event-stream`, without a length, ended by the end of the connection.
///
/// A reader that does not take what it is sent is closed: nothing waits for it, and no other reader notices. All streams
/// together hold `most` times `behind` bytes, in this process and in the kernel.
package final class HTTPStreams {
    /// Why one was closed.
    package enum End: String, CaseIterable, Sendable {
        /// The reader had `HTTPStreams.behind` bytes to take.
        case behind
        /// The reader went away.
        case gone
        /// The server ended it.
        case ended
    }

    /// Streams at once at most; further readers are answered 429.
    package static let most = 8
    /// Bytes that a reader may leave untaken. What is sent in one call must be less.
    package static let behind = 1 << 20
    /// How often each reader is sent a comment, so that it and proxies on the way know that the stream lives.
    package static let keepInterval = TimeAmount.seconds(10)

    private unowned let server: CallbackHTTPServer
    /// In the order in which they began.
    package private(set) var open: [SlabKey] = []
    private var closed: [End: UInt64] = [:]
    /// Readers that were answered 429.
    package private(set) var refused: UInt64 = 0
    /// There while anything is open.
    private var keeper: LoopTimer?
    /// Called once for each stream, when it is no more and nothing can be sent on it: in the call that ends it, or later.
    package var onEnd: (SlabKey, End) -> Void = { _, _ in }

    init(_ server: CallbackHTTPServer) { self.server = server }

    /// How many were closed for one reason.
    package func closed(_ end: End) -> UInt64 { closed[end, default: 0] }

    /// Begins to answer the stream's request: the head goes out in this turn.
    ///
    /// - Returns: what `send` and `end` take; nil where the request was answered otherwise, `HEAD` or with 429.
    package func begin(_ stream: StreamPointer) -> SlabKey? {
        guard open.count < Self.most else {
            refused += 1
            server.respond(
                stream,
                HTTPProblem(
                    status: 429, type: "too-many-streams", title: "As many streams are read as may be",
                    detail: .made("\(Self.most) streams are open; close one, or try again later."), policy: "admission",
                    retryAfter: 5))
            return nil
        }
        stream.pointee.request.endConnection()
        HTTPResponseWriter.begin(200, server.date(), into: &stream.pointee.output)
        HTTPResponseWriter.field("Content-Type", "text/event-stream", into: &stream.pointee.output)
        HTTPResponseWriter.field("Cache-Control", "no-store", into: &stream.pointee.output)
        HTTPResponseWriter.end(contentLength: nil, .close, into: &stream.pointee.output)
        guard stream.pointee.request.method != .head else {
            server.finish(stream)
            return nil
        }
        server.pool.wrote(stream)
        server.pool.probeSilentPeer(stream)
        if open.isEmpty { startKeeping() }
        open.append(stream.pointee.id)
        return stream.pointee.id
    }

    /// Adds to a stream; one that is no more takes nothing. The reader that is too far behind is closed instead.
    ///
    /// - Returns: whether it was added.
    @discardableResult
    package func send(_ id: SlabKey, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard open.contains(id), let stream = server.pool.stream(id) else { return false }
        guard server.pool.untaken(stream) + bytes.count <= Self.behind else {
            remove(id, .behind)
            // A close would leave what waits to the kernel, which keeps it for as long as the reader stands still.
            server.pool.reset(stream)
            return false
        }
        stream.pointee.output.append(bytes)
        server.pool.wrote(stream)
        return true
    }

    /// The same with an array.
    @discardableResult
    package func send(_ id: SlabKey, _ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { send(id, $0) } }

    /// What a reader has not taken yet, in bytes; nil for one that is no more.
    package func untaken(_ id: SlabKey) -> Int? {
        guard open.contains(id), let stream = server.pool.stream(id) else { return nil }
        return server.pool.untaken(stream)
    }

    /// The reader gets what was sent, and then the end.
    package func end(_ id: SlabKey) {
        guard open.contains(id), let stream = server.pool.stream(id) else { return }
        remove(id, .ended)
        server.finish(stream)
    }

    /// Ends every stream, as before the server stops.
    ///
    /// - Parameter last: what each reader is still sent.
    package func endAll(_ last: [UInt8] = []) {
        for id in open {
            send(id, last)
            end(id)
        }
    }

    /// Sends each reader a comment. Called by a timer every `keepInterval`.
    func keep() {
        let comment: StaticString = ": keep\n\n"
        let bytes = UnsafeRawBufferPointer(start: comment.utf8Start, count: comment.utf8CodeUnitCount)
        for id in open { send(id, bytes) }
    }

    private func startKeeping() {
        // Without a timer readers know less, and nothing else is lost.
        keeper = try? LoopTimer(loop: server.loop) { [unowned self] in keep() }
        keeper?.start(after: Self.keepInterval, every: Self.keepInterval)
    }

    /// Whether a timer runs for them.
    var isKeeping: Bool { keeper?.isActive == true }

    /// Whether a connection is one of these.
    func holds(_ stream: StreamPointer) -> Bool { !open.isEmpty && open.contains(stream.pointee.id) }

    /// The connection is no more.
    func wentAway(_ stream: StreamPointer) { if holds(stream) { remove(stream.pointee.id, .gone) } }

    private func remove(_ id: SlabKey, _ end: End) {
        open.removeAll { $0 == id }
        closed[end, default: 0] += 1
        if open.isEmpty {
            keeper?.close()
            keeper = nil
        }
        onEnd(id, end)
    }
}
