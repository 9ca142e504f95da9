import MeshBase
import Resilience

extension CellNode {
    /// Puts settings in force: flags, levels and breakers that are held by hand, without what has ended.
    ///
    /// The driver calls it when another document comes, and when an entry of it ends.
    package mutating func apply(settings: SettingsDocument, now: Instant, into sink: inout some CellSink) {
        self.settings = settings
        graph.set(peak: settings.peak, now: now, wall: WallTime(milliseconds: wall(now)))
        graph.runSteps(now: now, into: &sink)
        switchEdges(settings, now: now, into: &sink)
    }
}
