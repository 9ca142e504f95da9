/// The cell names its own services that fail, in the order in which they do.
extension CellNode {
    /// Once a second.
    mutating func lookAtCascade(into sink: inout some CellSink) {
        let services = graph.services
        let news = cascade.look(
            graph.counters.map(\.health), calls: { services[$0].calls.map(\.to) }, name: { services[$0].name })
        for change in news { sink.emit(.cascade(cell: name, change)) }
    }
}
