import MeshBase

/// A connection that asks over HTTP/1.1, as every driver keeps it beside the bytes: one request at a time is served, those that
/// were sent behind it wait in the buffer, and what the answer makes of the connection is decided here.
///
/// The bytes of the request being served stay at the beginning of the buffer until it is finished, so that they can be read again.
package struct HTTPSession: Sendable {
    /// What the bytes at hand come to.
    package enum Step: Equatable, Sendable {
        /// Nothing is to be done: there are no bytes, or a request is being served.
        case waits
        /// The beginning of a request, or of its body.
        case incomplete
        /// No request can be read: the failure is answered, and the connection closed behind that.
        case refused(HTTPFailure)
        /// `request` is whole, and is being served from now on.
        case request
    }

    /// What becomes of the connection behind an answer.
    package enum Next: Equatable, Sendable {
        /// It is closed once the answer is written.
        case closes
        /// It waits for the client.
        case waits
        /// What the client has sent already is to be looked at: the connection gets a turn of its own.
        case turn
    }

    /// The one that is being served, or was served last.
    package var request = HTTPRequest()
    /// A request is being served.
    package private(set) var isBusy = false
    /// It stands among those that get a turn.
    package private(set) var isQueued = false
    private var parser = HTTPRequestParser()

    package init() {}

    /// A part of a request has arrived, and not the whole.
    @inline(__always) package var hasStarted: Bool { parser.hasStarted }

    /// Looks at what has arrived.
    @inline(__always)
    package mutating func next(_ bytes: UnsafeMutableRawBufferPointer, limits: HTTPLimits) -> Step {
        guard !isBusy, bytes.count > 0 else { return .waits }
        switch parser.parse(bytes, limits: limits) {
        case .incomplete: return .incomplete
        case .failure(let failure): return .refused(failure)
        case .complete(let request):
            self.request = request
            isBusy = true
            return .request
        }
    }

    /// True once, when the client waits to be told to send the body: see `HTTPRequestParser.takeContinue`.
    package mutating func takeContinue() -> Bool { parser.takeContinue() }

    /// The connection ends with the answer to the request being served, unless the client has asked more already.
    /// - Parameter buffered: bytes in the buffer.
    package mutating func drain(buffered: Int) {
        if buffered == request.consumed { request.endConnection() }
    }

    /// The answer to the request is written.
    ///
    /// - Parameters:
    ///   - buffered: bytes in the buffer, the request's among them.
    ///   - hasEnded: the client sends no more.
    /// - Returns: how many bytes the request took, for the driver to drop, and what becomes of the connection.
    @inline(__always)
    package mutating func finish(buffered: Int, hasEnded: Bool = false) -> (consumed: Int, next: Next) {
        isBusy = false
        let isEmpty = buffered == request.consumed
        if !request.keepAlive || hasEnded && isEmpty { return (request.consumed, .closes) }
        guard !isEmpty, !isQueued else { return (request.consumed, .waits) }
        isQueued = true
        return (request.consumed, .turn)
    }

    /// Its turn has come.
    package mutating func takeTurn() { isQueued = false }
}

/// Connections that get a turn, in the order in which they came to it.
package struct HTTPTurns {
    private var waiting: [SlabKey] = []
    private var taken = 0

    package init() {}

    package var isEmpty: Bool { taken == waiting.count }

    package mutating func append(_ connection: SlabKey) { waiting.append(connection) }

    /// The next one. What comes meanwhile comes behind it.
    package mutating func next() -> SlabKey? {
        guard taken < waiting.count else {
            removeAll()
            return nil
        }
        defer { taken += 1 }
        return waiting[taken]
    }

    package mutating func removeAll() {
        waiting.removeAll(keepingCapacity: true)
        taken = 0
    }
}
