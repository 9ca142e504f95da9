/// An HTTP server for other modules, which cannot subclass one: requests go to a closure.
package final class CallbackHTTPServer: HTTPServer {
    /// See `HTTPServer.handle`.
    package var onRequest: (StreamPointer) -> Void = { _ in }

    package override func handle(_ stream: StreamPointer) { onRequest(stream) }
}
