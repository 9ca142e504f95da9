import MeshBase
import Wire

/// A small HTTP/1.1 client on an event loop: one connection per request, bounded in number, time and size.
///
/// For the control plane and the command line. `close()` it before the loop is closed.
package final class HTTPClient: StreamOwner {
    package typealias Completion = (Result<HTTPAnswer, HTTPClientError>) -> Void

    /// Bytes of the largest answer that is taken, 16 MiB.
    package static let largestAnswer = 16 << 20

    private var pool: StreamPool!
    private let limits = HTTPLimits(body: HTTPClient.largestAnswer)
    private var calls: [SlabKey: Call] = [:]
    private var isOpen = true

    private struct Call {
        var request: HTTPOutgoing
        var parser = HTTPResponseParser()
        var timer: LoopTimer?
        var completion: Completion
    }

    /// - Parameter connections: at most this many requests are under way; one more fails with `busy`.
    package init(loop: EventLoop, connections: Int = 512) {
        super.init(on: loop)
        pool = StreamPool(loop: loop, owner: self, limit: connections, inputLimit: limits.buffered)
        loop.beforeWaiting { [weak self] in self?.pool.flush() }
    }

    package var underWay: Int { calls.count }

    /// Sends a request; `completion` is called once, never within this call, also when the client is closed.
    ///
    /// - Parameter timeout: for the whole exchange.
    package func send(_ request: HTTPOutgoing, timeout: TimeAmount, completion: @escaping Completion) {
        guard isOpen else { return later(.failure(.cancelled), completion) }
        guard request.isSendable else { return later(.failure(.badTarget), completion) }
        guard calls.count < pool.limit else { return later(.failure(.busy), completion) }
        guard let stream = pool.connect(to: request.endpoint) else {
            return later(.failure(.unreachable(request.endpoint, nil)), completion)
        }
        let id = stream.pointee.id
        let endpoint = request.endpoint
        let timer = try? LoopTimer.once(loop: loop, after: timeout) { [weak self] in
            self?.finish(id, .failure(.timeout(endpoint, after: timeout)))
        }
        calls[id] = Call(request: request, timer: timer, completion: completion)
    }

    /// Ends everything that is under way with `cancelled`.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        for id in Array(calls.keys) { finish(id, .failure(.cancelled)) }
        pool.closeAll()
    }

    private func later(_ result: Result<HTTPAnswer, HTTPClientError>, _ completion: @escaping Completion) {
        // Without a timer the answer comes early rather than never.
        if (try? LoopTimer.once(loop: loop, after: .zero, { completion(result) })) == nil { completion(result) }
    }

    private func finish(_ id: SlabKey, _ result: Result<HTTPAnswer, HTTPClientError>) {
        guard let call = calls.removeValue(forKey: id) else { return }
        call.timer?.close()
        if let stream = pool.stream(id) { pool.close(stream) }
        call.completion(result)
    }

    // MARK: Streams

    package override func connected(_ stream: StreamPointer) {
        guard let call = calls[stream.pointee.id] else { return pool.close(stream) }
        call.request.append(to: &stream.pointee.output)
        pool.wrote(stream)
    }

    package override func received(_ stream: StreamPointer) {
        let id = stream.pointee.id
        guard calls[id] != nil else { return }
        let bytes = stream.pointee.input.mutableBytes
        let isHead = calls[id]!.request.method == .head
        switch calls[id]!.parser.parse(bytes, isHead: isHead, limits: limits) {
        case .incomplete: break
        case .failure(let failure): finish(id, .failure(.malformed(calls[id]!.request.endpoint, failure)))
        case .complete(let response): finish(id, .success(Self.answer(response, stream)))
        }
    }

    package override func ended(_ stream: StreamPointer, error: UVError?) {
        let id = stream.pointee.id
        guard let call = calls[id] else { return }
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
