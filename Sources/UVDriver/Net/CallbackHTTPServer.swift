/// An HTTP server for other modules, which cannot subclass one: requests go to a closure, and answers may go on.
package final class CallbackHTTPServer: HTTPServer {
    /// See `HTTPServer.handle`.
    package var onRequest: (StreamPointer) -> Void = { _ in }
    /// Its answers that go on.
    package private(set) lazy var streams = HTTPStreams(self)

    package override func handle(_ stream: StreamPointer) { onRequest(stream) }

    /// Who reads a stream and ends its side has gone: a place is not kept for it.
    package override func keepsAfterEnd(_ stream: StreamPointer) -> Bool {
        !streams.holds(stream) && super.keepsAfterEnd(stream)
    }

    /// See `StreamOwner.closed`.
    package override func closed(_ stream: StreamPointer) { streams.wentAway(stream) }
}
