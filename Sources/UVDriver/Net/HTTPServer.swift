import MeshBase
import Wire

/// HTTP/1.1 over the streams of a pool: parses, keeps the order of pipelined requests, sweeps out slow clients.
///
/// One request of a connection is served at a time. Its bytes stay in the stream's buffer until `finish`, so that a
/// retry can be encoded from them again; pipelined requests wait behind it.
package class HTTPServer: StreamOwner {
    package struct Limits: Sendable {
        package var message = HTTPLimits.standard
        package var connections = 20_000
        /// A request that is not complete after this long is answered 408.
        package var requestTimeout = TimeAmount.seconds(10)
        /// A connection without a request for this long is closed.
        package var idleTimeout = TimeAmount.seconds(120)
        /// A client that does not read its answers is not read from beyond this backlog, in bytes.
        package var backlog = 1 << 20
        /// Slots for newcomers: see `StreamPool.reserve`. Where there are some, clients that have shown nothing have
        /// `pressedTimeout` only while more than half of all slots are taken.
        package var reserve = 0
        package var pressedTimeout = TimeAmount.seconds(2)
        /// Bytes of all requests that are not answered yet; beyond, one that is not complete is answered 503.
        package var buffered = 256 << 20
        /// Bytes of all answers that clients have not taken; beyond, a large one is refused with 503, and clients that
        /// take nothing for `stalledTimeout` are closed.
        package var unsent = 256 << 20
        package var stalledTimeout = TimeAmount.seconds(5)

        package init() {}
    }

    package let limits: Limits
    package private(set) var pool: StreamPool!
    package private(set) var listener: StreamListener?
    private var localListener: LocalListener?
    package private(set) var sharedListener: StreamListener?
    package private(set) var refused = [UInt64](repeating: 0, count: HTTPFailure.allCases.count)
    package private(set) var served: UInt64 = 0
    /// Answers that were refused because clients have not taken others, and clients that were closed for it.
    package private(set) var unsentRefused: UInt64 = 0
    package private(set) var stalledClosed: UInt64 = 0
    /// Smaller requests and answers than this are no matter of memory.
    package static let small = 16_384
    private var ready = HTTPTurns()
    private var isDraining = false
    private var sweepTimer: LoopTimer?
    private var clock = HTTPDate(wall: 0)
    private var clockRead: Instant?

    package init(loop: EventLoop, limits: Limits = Limits()) {
        self.limits = limits
        super.init(on: loop)
        pool = StreamPool(
            loop: loop, owner: self, limit: limits.connections, inputLimit: limits.message.buffered)
        pool.reserve = limits.reserve
    }

    /// Binds and begins to accept.
    /// - Parameter inherited: a socket that listens already, which becomes this server's.
    package func listen(on endpoint: Endpoint, inherited: Int32? = nil) throws(UVError) {
        listener = try StreamListener(pool: pool, bind: endpoint, inherited: inherited)
        sweepTimer = try LoopTimer(loop: loop) { [unowned self] in sweep() }
        sweepTimer?.start(after: .seconds(1), every: .seconds(1))
    }

    /// Accepts at a port as well that other processes share.
    package func listen(shared endpoint: Endpoint, inherited: Int32? = nil) throws(UVError) {
        sharedListener = try StreamListener(pool: pool, bind: endpoint, inherited: inherited, isShared: true)
    }

    /// Accepts processes of this host over a Unix socket as well.
    ///
    /// - Parameter endpoint: the address that they know this server by.
    package func listen(locallyAs endpoint: Endpoint) throws(UVError) {
        localListener = try LocalListener(pool: pool, name: LocalListener.name(of: endpoint))
    }

    package var local: Endpoint { listener?.local ?? .unspecified }

    /// Stops accepting; open connections go on.
    package func stopListening() {
        listener?.close()
        localListener?.close()
        sharedListener?.close()
        sweepTimer?.close()
    }

    /// From now on every answer after which its client has not asked more already ends its connection, and says so.
    package func drain() {
        isDraining = true
        pool.forEach { if $0.pointee.isBusy { $0.pointee.http.drain(buffered: $0.pointee.input.count) } }
    }

    /// A whole request is in `stream.pointee.request`, its bytes in `input`. Answer by writing to `output` and calling
    /// `finish`, in this call or later.
    package func handle(_ stream: StreamPointer) {}

    // MARK: Requests

    package override func received(_ stream: StreamPointer) { process(stream) }

    /// A client that has ended its side still gets the answers to what it asked.
    package override func keepsAfterEnd(_ stream: StreamPointer) -> Bool {
        stream.pointee.isBusy || stream.pointee.http.isQueued || pool.backlog(stream) > 0
    }

    package func process(_ stream: StreamPointer) {
        parse(stream)
        if stream.pointee.hasEnded, !stream.pointee.isBusy, pool.backlog(stream) <= limits.backlog {
            // What has not come by now never will.
            pool.closeAfterWriting(stream)
        }
    }

    private func parse(_ stream: StreamPointer) {
        while !stream.pointee.isBusy, !stream.pointee.input.isEmpty, !stream.pointee.closesAfterWrite {
            if pool.backlog(stream) > limits.backlog {
                // `drained` takes it up again.
                pool.pauseReading(stream)
                return
            }
            if !stream.pointee.http.hasStarted { stream.pointee.waitingSince = loop.now() }
            switch stream.pointee.http.next(stream.pointee.input.mutableBytes, limits: limits.message) {
            case .waits:
                return
            case .incomplete:
                pool.countInput(stream)
                if pool.buffered > limits.buffered, stream.pointee.input.count > Self.small {
                    return refuse(stream, .overloaded)
                }
                if stream.pointee.http.takeContinue() {
                    HTTPResponseWriter.continueResponse(into: &stream.pointee.output)
                    pool.wrote(stream)
                }
                return
            case .refused(let failure):
                refuse(stream, failure)
                return
            case .request:
                if isDraining { stream.pointee.http.drain(buffered: stream.pointee.input.count) }
                served += 1
                handle(stream)
                if stream.pointee.isClosing { return }
            }
        }
    }

    private func refuse(_ stream: StreamPointer, _ failure: HTTPFailure) {
        refused[Int(failure.rawValue)] += 1
        HTTPResponseWriter.refuse(failure, date(), into: &stream.pointee.output)
        stream.pointee.waitingSince = loop.now()
        pool.closeAfterWriting(stream, lingering: true)
    }

    /// The answer to the stream's request is in `output`.
    package func finish(_ stream: StreamPointer) {
        let (consumed, next) = stream.pointee.http.finish(
            buffered: stream.pointee.input.count, hasEnded: stream.pointee.hasEnded)
        stream.pointee.waitingSince = loop.now()
        pool.consume(stream, consumed)
        pool.wrote(stream)
        switch next {
        case .closes: pool.closeAfterWriting(stream, lingering: isDraining || !stream.pointee.input.isEmpty)
        case .turn: ready.append(stream.pointee.id)
        case .waits: break
        }
    }

    /// Requests wait behind one that has been answered.
    package var hasReady: Bool { !ready.isEmpty }

    /// What a turn ends with where nothing else hangs on this server: takes up requests and writes out answers until
    /// neither is left, or for as many rounds as keep the loop responsive.
    package func endTurn() {
        for _ in 0..<16 {
            processReady()
            pool.flush()
            guard hasReady else { return }
        }
    }

    /// Takes up requests that waited behind one that has been answered. Writing may answer more of them: a turn ends
    /// when `hasReady` is false after the flush.
    package func processReady() {
        // What is answered in this very call comes back at the end of the list; bounded by what clients have sent.
        while let id = ready.next() {
            guard let stream = pool.stream(id) else { continue }
            stream.pointee.http.takeTurn()
            process(stream)
        }
    }

    package override func drained(_ stream: StreamPointer) {
        guard !stream.pointee.isBusy else { return }
        if !stream.pointee.input.isEmpty || stream.pointee.hasEnded { process(stream) }
        if stream.pointee.input.count < pool.inputLimit, !stream.pointee.closesAfterWrite { pool.resumeReading(stream) }
    }

    /// Whether an answer of so many bytes may wait for its client; a refusal is counted.
    package func admits(answer bytes: Int) -> Bool {
        guard bytes > Self.small, pool.unsent + bytes > limits.unsent else { return true }
        unsentRefused += 1
        return false
    }

    // MARK: Slow clients

    private func sweep() {
        let now = loop.now()
        pool.forEach { sweep($0, now: now) }
    }

    /// Looks, once a second, whether a client has kept the server waiting for too long.
    package func sweep(_ stream: StreamPointer, now: Instant) {
        guard !stream.pointee.isBusy else { return }
        if pool.isSecuring(stream) {
            // It has not proved itself yet: that takes no longer than a request.
            if now - stream.pointee.waitingSince > limits.requestTimeout { pool.close(stream) }
            return
        }
        // One that reads a large answer slowly is not idle.
        let isIdle = stream.pointee.closesAfterWrite || !stream.pointee.http.hasStarted
        if pool.hasProgressed(stream), isIdle { stream.pointee.waitingSince = now }
        let waited = now - stream.pointee.waitingSince
        if pool.backlog(stream) == 0, waited >= .seconds(1) { pool.trim(stream) }
        if pool.unsent > limits.unsent / 2, pool.backlog(stream) > Self.small, waited > limits.stalledTimeout {
            stalledClosed += 1
            return pool.close(stream)
        }
        let isPressed = limits.reserve > 0 && !stream.pointee.isTrusted && pool.open > pool.limit / 2
        if stream.pointee.closesAfterWrite {
            // It was told to go and does not read what it was told, or does not stop to send.
            if waited > limits.requestTimeout { pool.close(stream) }
        } else if stream.pointee.http.hasStarted {
            if waited > (isPressed ? limits.pressedTimeout : limits.requestTimeout) { refuse(stream, .timeout) }
        } else if waited > (isPressed ? limits.pressedTimeout : limits.idleTimeout) {
            pool.close(stream)
        }
    }

    // MARK: Answers

    /// The `Date` of an answer that is written now; the wall clock is read once per turn.
    @inline(__always)
    package func date() -> HTTPDate {
        let now = loop.now()
        if now != clockRead {
            clockRead = now
            clock.update(wall: loop.wallClock())
        }
        return clock
    }

    // Those of cold paths.

    package func respond(
        _ stream: StreamPointer, status: Int, contentType: StaticString, body: [UInt8]
    ) {
        let request = stream.pointee.request
        body.withUnsafeBytes {
            HTTPResponseWriter.respond(
                status, date(), contentType: contentType, body: $0, request.persistence,
                isHead: request.method == .head,
                into: &stream.pointee.output)
        }
        finish(stream)
    }

    /// - Parameter field: one more header field.
    package func respond(
        _ stream: StreamPointer, _ problem: HTTPProblem, field: (name: StaticString, value: StaticString)? = nil
    ) {
        let request = stream.pointee.request
        HTTPResponseWriter.begin(problem.status, date(), into: &stream.pointee.output)
        if let field { HTTPResponseWriter.field(field.name, field.value, into: &stream.pointee.output) }
        HTTPResponseWriter.end(
            problem, request.persistence, isHead: request.method == .head, into: &stream.pointee.output)
        finish(stream)
    }
}

extension HTTPServer {
    /// How many requests the parser refused, by the label of the reason.
    package var refusedByReason: [(String, UInt64)] {
        HTTPFailure.allCases.map { ($0.label.description, refused[Int($0.rawValue)]) }
    }
}
