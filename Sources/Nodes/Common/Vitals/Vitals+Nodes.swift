import Membership
import MeshBase
import Reports
import Resilience

extension Vitals.View {
    /// What a process believes of the mesh: names and statuses of who is not gone, as observers forget those at different
    /// times. One that is unsteady is suspected and refutes again and again, which is no difference.
    package init(_ members: [Member]) {
        var lines: [String] = []
        for member in members where member.status.isLive {
            lines.append("\(member.name) \(member.standing == .unsteady ? "alive" : member.status.name)")
        }
        lines.sort()
        self.init(
            digest: HexText.text(StableHash.hash(lines.joined(separator: "\n"))), members: lines.count)
    }
}

extension Vitals.Gate {
    /// A gate that is not closed; nil for others, and for those without a breaker.
    ///
    /// - Parameter to: who is called; nil: the service alone.
    init?(_ view: GateView, to: String? = nil) {
        guard let state = view.figures.state, state != .closed else { return nil }
        self.init(
            from: view.from, to: to ?? view.to, state: "\(state.name)",
            sinceMilliseconds: Int64(view.figures.age.milliseconds), failure: view.figures.failureRate,
            calls: view.figures.calls)
    }
}
