import MeshBase

/// Sends requests on a private event loop and waits for the answers: for commands that do nothing else meanwhile.
package enum BlockingHTTPClient {
    /// At most this many requests are under way at once; the others wait for their turn.
    package static let concurrency = 256

    /// One request.
    package static func send(
        _ request: HTTPOutgoing, timeout: TimeAmount = .seconds(5)
    ) -> Result<HTTPAnswer, HTTPClientError> {
        send([request], timeout: timeout)[0]
    }

    /// Many requests at once.
    ///
    /// - Parameter timeout: for all of them together.
    /// - Returns: an answer or an error for each request, in their order.
    package static func send(
        _ requests: [HTTPOutgoing], timeout: TimeAmount
    ) -> [Result<HTTPAnswer, HTTPClientError>] {
        guard !requests.isEmpty else { return [] }
        guard let loop = try? EventLoop() else {
            return requests.map { .failure(.unreachable($0.endpoint, nil)) }
        }
        let batch = Batch(loop, requests, timeout)
        loop.run()
        batch.client.close()
        loop.close()
        return requests.indices.map { batch.results[$0] ?? .failure(.cancelled) }
    }

    private final class Batch {
        let client: HTTPClient
        let requests: [HTTPOutgoing]
        let timeout: TimeAmount
        let deadline: Instant
        var results: [Result<HTTPAnswer, HTTPClientError>?]
        var next = 0

        init(_ loop: EventLoop, _ requests: [HTTPOutgoing], _ timeout: TimeAmount) {
            client = HTTPClient(loop: loop, connections: BlockingHTTPClient.concurrency)
            self.requests = requests
            self.timeout = timeout
            deadline = loop.freshNow() + timeout
            results = Array(repeating: nil, count: requests.count)
            while next < requests.count, next < BlockingHTTPClient.concurrency { begin() }
        }

        private func begin() {
            while next < requests.count {
                let index = next
                next += 1
                let left = deadline - client.loop.freshNow()
                guard left > .zero else {
                    results[index] = .failure(.timeout(requests[index].endpoint, after: timeout))
                    continue
                }
                return client.send(requests[index], timeout: left) { [unowned self] result in
                    results[index] = result
                    begin()
                }
            }
        }
    }
}
