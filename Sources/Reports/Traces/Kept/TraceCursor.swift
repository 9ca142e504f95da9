/// How far the traces of one life of a process are known: it numbers each as it ends, and anew when something is added to it.
package struct TraceCursor: Codable, Sendable, Equatable {
    /// Of those that ended unlike the others or that somebody asked for: the highest number.
    package var outcome: UInt64
    /// Of the sample: the highest number.
    package var plain: UInt64

    /// From the start on where nothing else is said.
    package init(outcome: UInt64 = 0, plain: UInt64 = 0) {
        self.outcome = outcome
        self.plain = plain
    }

    /// Traces that can be asked for at once.
    package static let most = 64
    /// Bytes of an answer about: the trace that goes beyond is the last of it.
    package static let mostBytes = 256 << 10
}
