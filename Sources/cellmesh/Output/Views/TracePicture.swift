import Reports

/// The spans of a trace as bars over one axis of time: what ran when, how it ended, and on which figures.
struct TracePicture {
    private let trace: GatheredTrace
    private let style: TableStyle
    private let span: Double
    private let bars: Int
    private let lines: [TraceTree.Line]

    /// - Parameter style: whose width the bars give way to.
    init(_ trace: GatheredTrace, _ style: TableStyle) {
        self.trace = trace
        self.style = style
        lines = TraceTree(trace.spans).lines
        let end = lines.map { $0.span.ended ?? $0.span.began }.max() ?? trace.began
        span = max(end - trace.began, 0.001)
        bars = (style.width ?? 120) < 100 ? 24 : 36
    }

    var text: String {
        let labels = lines.map(label)
        let width = labels.map(\.count).max() ?? 0
        var text = String(repeating: " ", count: width + 2) + axis + "\n"
        for (line, label) in zip(lines, labels) {
            var row = label + String(repeating: " ", count: width - label.count) + "  |" + bar(line.span) + "|"
            let remark = remark(line)
            if !remark.isEmpty { row += "  " + remark }
            if let limit = style.width, row.count > limit { row = String(row.prefix(max(limit - 3, 0))) + "..." }
            text += style.painted(row, line.span.isFailed ? .red : line.span.faults.isEmpty ? .plain : .yellow) + "\n"
        }
        return text
    }

    /// `|0      1.20 ms|`: where bars begin and end.
    private var axis: String {
        let end = Wording.time(milliseconds: span)
        return "|0" + String(repeating: " ", count: max(bars - 1 - end.count, 1)) + end + "|"
    }

    private func label(_ line: TraceTree.Line) -> String {
        let span = line.span
        var text = String(repeating: "  ", count: line.depth)
        switch span.kind {
        case .server: text += span.parent == nil || line.depth == 0 ? "\(role(span)) \(span.node)" : "cell \(span.node)"
        case .client: text += span.name.contains(" > ") ? span.title : "\(span.title) \(span.name)"
        case .internal: text += span.name
        }
        return text + (span.outcome.isEmpty || span.kind == .server ? "" : "  \(span.outcome)")
    }

    private func role(_ span: TraceSpan) -> String {
        trace.parts.first { $0.node == span.node }?.page.role ?? "cell"
    }

    /// A cell for what began and ended within it; `x` at its end where it failed.
    private func bar(_ part: TraceSpan) -> String {
        let scale = Double(bars) / span
        let first = min(max(Int((part.began - trace.began) * scale), 0), bars - 1)
        let end = part.ended.map { Int((($0 - trace.began) * scale).rounded(.up)) } ?? bars
        let last = min(max(end, first + 1), bars)
        let fails = part.isFailed && part.kind != .server
        let filled = String(repeating: "=", count: last - first - (fails ? 1 : 0)) + (fails ? "x" : "")
        return String(repeating: " ", count: first) + filled + String(repeating: " ", count: bars - last)
    }

    /// The faults that struck it, and what says most of why: a retry and its place, what refused, or what let it pass.
    private func remark(_ line: TraceTree.Line) -> String {
        var parts: [String] = []
        let span = line.span
        let faults = line.depth == 0 ? trace.faults : span.faults
        if !faults.isEmpty { parts.append("faults " + faults.joined(separator: " ")) }
        if span.kind == .server {
            if let last = span.decisions.last(where: { $0.decision == "shed" || $0.decision == "refused" }) {
                parts.append(told(last))
            }
            return parts.joined(separator: "; ")
        }
        let refusals = span.decisions.filter { ["refused", "shed", "degraded", "cancelled"].contains($0.decision) }
        let starts = span.decisions.filter { $0.decision == "retried" || $0.decision == "hedged" }
        let gates = span.decisions.filter { $0.decision == "admitted" || $0.decision == "waited" }
        let rest = span.decisions.filter { ["opened", "probed", "fell-back"].contains($0.decision) }
        let chosen = starts.prefix(1) + (refusals.isEmpty ? gates.prefix(1) : refusals.prefix(1)) + rest.prefix(2)
        parts += chosen.map(told)
        return parts.joined(separator: "; ")
    }

    private func told(_ decision: TracePage.Decision) -> String {
        decision.decision == "admitted" || decision.decision == "retried" || decision.decision == "hedged"
            ? decision.detail : "\(decision.policy) \(decision.decision): \(decision.detail)"
    }
}
