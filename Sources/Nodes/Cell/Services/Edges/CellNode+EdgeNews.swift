import MeshBase
import Resilience

/// What has changed at edges, for events and for whom it bears on.
extension CellNode {
    /// What has changed at the gates of edges.
    mutating func tellOfEdges(now: Instant, into sink: inout some CellSink) {
        // By index: what one breaker does may be news of others.
        var index = 0
        while index < graph.news.count {
            let news = graph.news[index]
            index += 1
            switch news {
            case .gate(let gate, let event):
                sink.emit(.gate(name: graph.gateName(gate), event))
                if case .breaker(let change) = event {
                    graph.gates[gate]?.count(change)
                    coordinate(gate, change, now: now, into: &sink)
                }
            case .timeout(let gate, let change): sink.emit(.timeoutAdapted(gate: graph.gateName(gate), change))
            case .pool(let service, let from, let to):
                sink.emit(.gate(name: graph.poolName(service), .resized(from: from, to: to)))
            case .peak(let peak, let event): sink.emit(.peak(cell: name, name: peak, event))
            case .retries(let route, let isAlert):
                sink.emit(.retries(scope: graph.edgeName(route: route), isAlert: isAlert))
            }
        }
        graph.news.removeAll(keepingCapacity: true)
    }
}
