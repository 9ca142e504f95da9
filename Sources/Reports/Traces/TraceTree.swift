/// The spans of a trace in the order in which they are read: each below the one that it belongs to, in order of time.
package struct TraceTree: Sendable {
    package struct Line: Sendable {
        package var span: TraceSpan
        /// 0 for the first.
        package var depth: Int
    }

    package private(set) var lines: [Line] = []

    package init(_ spans: [TraceSpan]) {
        let ids = Set(spans.map(\.id))
        var children: [UInt64: [Int]] = [:]
        var first: [Int] = []
        for (index, span) in spans.enumerated() {
            if let parent = span.parent, ids.contains(parent), parent != span.id {
                children[parent, default: []].append(index)
            } else {
                first.append(index)
            }
        }
        let byTime = { (a: Int, b: Int) in (spans[a].began, a) < (spans[b].began, b) }
        var open = first.sorted(by: byTime).reversed().map { (index: $0, depth: 0) }
        while let (index, depth) = open.popLast() {
            lines.append(Line(span: spans[index], depth: depth))
            let below = children.removeValue(forKey: spans[index].id) ?? []
            open += below.sorted(by: byTime).reversed().map { (index: $0, depth: depth + 1) }
        }
    }
}

extension TraceSpan {
    /// What it is, without where: the same in each trace of one kind of request.
    package var title: String {
        if let attempt, node == gate.prefix(node.utf8.count), kind == .client, !name.contains(" > ") {
            return "attempt \(attempt)"
        }
        return attempt.map { $0 > 1 ? "\(name), attempt \($0)" : name } ?? name
    }
}
