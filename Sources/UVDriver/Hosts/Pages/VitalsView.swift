import Membership
import MeshBase
import Reports

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
