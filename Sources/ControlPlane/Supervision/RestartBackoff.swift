import MeshBase
import Topology

/// Whether and when a process that died by itself is started again: doubling waits with jitter, forgotten after a time
/// without a death.
package struct RestartBackoff: Sendable {
    package static let first = TimeAmount.milliseconds(200)
    package static let longest = TimeAmount.seconds(30)
    /// A process that served for this long begins again with the first wait.
    package static let forgiveness = TimeAmount.seconds(60)

    /// Deaths in a row.
    package private(set) var deaths = 0

    package init() {}

    /// - Parameters:
    ///   - served: how long it had served; nil if it never did.
    /// - Returns: how long to wait, from half to the whole of the doubled time; nil where nothing is restarted.
    package mutating func delay(
        _ policy: RestartPolicy, served: TimeAmount?, using generator: inout Generator
    ) -> TimeAmount? {
        guard policy == .onCrash else { return nil }
        if let served, served >= Self.forgiveness { deaths = 0 }
        deaths = min(deaths + 1, 64)
        let doubled = deaths > 16 ? Self.longest : min(Self.first * Int64(1 << (deaths - 1)), Self.longest)
        return doubled / 2 + TimeAmount(nanoseconds: Int64(generator.below(UInt64(doubled.nanoseconds / 2))))
    }
}
