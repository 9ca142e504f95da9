import MeshBase
import UVDriver

/// What processes take up. To tell the share of one, the kernel walks through all its pages, which takes it milliseconds: of
/// many processes some are looked at each time, and the others are shown as they were when it was their turn.
struct MemoryLooks {
    private struct Known {
        var memory: ProcessUsage.Memory
        var at: Instant
    }

    private var known: [ProcessIdentity: Known] = [:]
    private var end = Instant.zero
    /// For one list of processes.
    static let budget = TimeAmount.milliseconds(200)
    /// Where not all can be looked at, nobody is again within this time.
    static let freshness = TimeAmount.seconds(10)
    private static let most = 16_384

    /// Begins a list.
    mutating func begin(of running: Set<ProcessIdentity>, now: Instant) {
        end = now + Self.budget
        if known.count > running.count || known.count > Self.most { known = known.filter { running.contains($0.key) } }
        isCrowded = running.count > 64
    }
    private var isCrowded = false

    /// - Parameters:
    ///   - now: the time, read anew for each.
    ///   - look: asks the kernel.
    mutating func memory(
        of identity: ProcessIdentity, now: () -> Instant, look: (Int32) -> ProcessUsage.Memory?,
        brief: (Int32) -> ProcessUsage.Memory?
    ) -> ProcessUsage.Memory? {
        let time = now()
        if isCrowded, let old = known[identity], time - old.at < Self.freshness || time >= end { return old.memory }
        guard time < end || !isCrowded else { return brief(identity.pid) }
        guard let memory = look(identity.pid) else { return nil }
        known[identity] = Known(memory: memory, at: time)
        return memory
    }
}
