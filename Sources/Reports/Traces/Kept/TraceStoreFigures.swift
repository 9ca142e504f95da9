/// How much a control plane keeps of traces, and what is gone.
package struct TraceStoreFigures: Codable, Sendable, Equatable {
    /// Traces that left for want of room since the control plane started.
    package struct Left: Codable, Sendable, Equatable {
        /// Of the sample.
        package var plain: UInt64
        /// Those that ended unlike the others.
        package var outcome: UInt64
        /// Those that somebody asked for.
        package var explained: UInt64

        /// All together.
        package var total: UInt64 { plain + outcome + explained }
    }

    /// Traces that are kept.
    package var traces: Int
    /// Bytes that they take, about.
    package var bytes: Int
    package var left: Left

    /// As they are.
    package init(_ keeper: TraceKeeper) { (traces, bytes, left) = (keeper.count, keeper.taken, keeper.left) }
}
