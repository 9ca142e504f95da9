import MeshBase
import Wire

/// A small HTTP/1.1 client on an event loop, bounded in number, time and size: one connection per request, or, for whoever asks the
/// same servers again and again, one that is kept for each of them. Only what is safe to be sent twice goes over a kept one.
///
/// For the control plane and the command line. `close()` it before the loop is closed.
package final class HTTPClient: StreamOwner {
    package typealias Completion = (Result<HTTPAnswer, HTTPClientError>) -> Void

    /// Bytes of the largest answer that is taken, 16 MiB.
    package static let largestAnswer = 16 << 20

    private var pool: StreamPool!
    private let limits = HTTPLimits(body: HTTPClient.largestAnswer)
    private var calls: [SlabKey: Call] = [:]
    /// Connections that wait for the next request, one for each server at most.
    private var idle: [Endpoint: SlabKey] = [:]
    private var idleEndpoints: [SlabKey: Endpoint] = [:]
    private let kept: Int
    private let limit: Int
    private var isOpen = true

    private struct Call {
        var request: HTTPOutgoing
        var parser = HTTPResponseParser()
        var timer: LoopTimer?
        var deadline: Instant
        var timeout: TimeAmount
        /// Over a connection that was kept: the server may have closed it meanwhile.
        var isReused = false
        var completion: Completion
    }

    /// - Parameters:
    ///   - connections: at most this many requests are under way; one more fails with `busy`.
    ///   - kept: so many connections are kept for further requests (RFC 9112, 9.3); 0: none.
    ///   - security: encrypts what goes to other hosts; nil: nothing is.
    package init(loop: EventLoop, connections: Int = 512, kept: Int = 0, security: HostSecurity? = nil) {
        limit = connections
        self.kept = kept
        super.init(on: loop)
        pool = StreamPool(loop: loop, owner: self, limit: connections + kept, inputLimit: limits.buffered)
        security?.secure(pool)
        loop.beforeWaiting { [weak self] in self?.pool.flush() }
    }

    package var underWay: Int { calls.count }

    /// Sends a request; `completion` is called once, never within this call, also when the client is closed.
    ///
    /// - Parameter timeout: for the whole exchange.
    package func send(_ request: HTTPOutgoing, timeout: TimeAmount, completion: @escaping Completion) {
        guard isOpen else { return later(.failure(.cancelled), completion) }
        guard request.isSendable else { return later(.failure(.badTarget), completion) }
        guard calls.count < limit else { return later(.failure(.busy), completion) }
        var call = Call(
            request: request, deadline: loop.now() + timeout, timeout: timeout, completion: completion)
        if isSafe(request), let id = takeIdle(request.endpoint), let stream = pool.stream(id) {
            call.isReused = true
            begin(call, on: stream)
            request.append(to: &stream.pointee.output, keeping: true)
            return pool.wrote(stream)
        }
        guard let stream = pool.connect(to: request.endpoint) else {
            return later(.failure(.unreachable(request.endpoint, nil)), completion)
        }
        begin(call, on: stream)
    }

    private func begin(_ call: Call, on stream: StreamPointer) {
        var call = call
        let id = stream.pointee.id
        let (endpoint, timeout) = (call.request.endpoint, call.timeout)
        call.timer?.close()
        call.timer = try? LoopTimer.once(loop: loop, after: max(call.deadline - loop.now(), .zero)) { [weak self] in
            self?.finish(id, .failure(.timeout(endpoint, after: timeout)))
        }
        calls[id] = call
    }

    private func takeIdle(_ endpoint: Endpoint) -> SlabKey? {
        guard let id = idle.removeValue(forKey: endpoint) else { return nil }
        idleEndpoints[id] = nil
        return id
    }

    private func isSafe(_ request: HTTPOutgoing) -> Bool { request.method == .get || request.method == .head }
    private func keeps(_ request: HTTPOutgoing) -> Bool { kept > 0 && isSafe(request) }

    /// Ends everything that is under way with `cancelled`.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        (idle, idleEndpoints) = ([:], [:])
        for id in Array(calls.keys) { finish(id, .failure(.cancelled)) }
        pool.closeAll()
    }

    private func later(_ result: Result<HTTPAnswer, HTTPClientError>, _ completion: @escaping Completion) {
        // Without a timer the answer comes early rather than never.
        if (try? LoopTimer.once(loop: loop, after: .zero, { completion(result) })) == nil { completion(result) }
    }

    /// - Parameter consumed: bytes of the whole answer, after which the connection may be used again; nil where it may not.
    private func finish(_ id: SlabKey, _ result: Result<HTTPAnswer, HTTPClientError>, consumed: Int? = nil) {
        guard let call = calls.removeValue(forKey: id) else { return }
        call.timer?.close()
        if let stream = pool.stream(id) {
            let endpoint = call.request.endpoint
            if let consumed, keeps(call.request), consumed == stream.pointee.input.count, idle.count < kept,
                idle[endpoint] == nil
            {
                pool.consume(stream, consumed)
                idle[endpoint] = id
                idleEndpoints[id] = endpoint
            } else {
                pool.close(stream)
            }
        }
        call.completion(result)
    }

    /// Forgets a connection that nobody waits on.
    private func forget(_ id: SlabKey) {
        if let endpoint = idleEndpoints.removeValue(forKey: id) { idle[endpoint] = nil }
    }

    // MARK: Streams

    package override func connected(_ stream: StreamPointer) {
        guard let call = calls[stream.pointee.id] else { return pool.close(stream) }
        call.request.append(to: &stream.pointee.output, keeping: keeps(call.request))
        pool.wrote(stream)
    }

    package override func received(_ stream: StreamPointer) {
        let id = stream.pointee.id
        guard calls[id] != nil else {
            // Nobody has asked.
            forget(id)
            return pool.close(stream)
        }
        let bytes = stream.pointee.input.mutableBytes
        let isHead = calls[id]!.request.method == .head
        switch calls[id]!.parser.parse(bytes, isHead: isHead, limits: limits) {
        case .incomplete: break
        case .failure(let failure): finish(id, .failure(.malformed(calls[id]!.request.endpoint, failure)))
        case .complete(let response):
            finish(
                id, .success(Self.answer(response, stream)), consumed: response.keepAlive ? response.consumed : nil)
        }
    }

    package override func ended(_ stream: StreamPointer, error: UVError?) {
        let id = stream.pointee.id
        guard let call = calls[id] else { return forget(id) }
        // Closed while the request was on its way: the server has not seen it, and a second one does no harm.
        if call.isReused, stream.pointee.input.isEmpty, let fresh = pool.connect(to: call.request.endpoint) {
            calls[id] = nil
            var again = call
            again.isReused = false
            return begin(again, on: fresh)
        }
        let endpoint = call.request.endpoint
        if let error {
            let isRefused = error.operation == "connect"
            return finish(id, .failure(isRefused ? .unreachable(endpoint, error) : .broken(endpoint)))
        }
        let bytes = stream.pointee.input.mutableBytes
        switch calls[id]!.parser.finish(bytes) {
        case .complete(let response): finish(id, .success(Self.answer(response, stream)))
        case .failure, .incomplete: finish(id, .failure(.broken(endpoint)))
        }
    }

    private static func answer(_ response: HTTPResponse, _ stream: StreamPointer) -> HTTPAnswer {
        let bytes = stream.pointee.input.bytes
        let wait = response.retryAfter.isPresent ? response.retryAfter.decimal(in: bytes) : nil
        return HTTPAnswer(
            status: response.status, contentType: response.contentType.text(in: bytes),
            retryAfter: wait.map { .seconds(Int64(min($0, 86_400))) },
            body: Array(response.body.bytes(in: bytes)))
    }
}
