import Membership
import MeshBase
import Reports
import Telemetry

extension MembersReport {
    package init(observer: String, members: [Row]) {
        self.init(observer: observer, inOrder: members.sorted { NaturalOrder.precedes($0.name, $1.name) })
    }
}

extension MembersReport.Row {
    package init(_ member: Member, now: Instant) {
        self.init(
            name: member.name, role: member.profile.role.name, region: member.profile.region,
            status: member.status.name, incarnation: member.incarnation,
            address: member.profile.gossip.description,
            sinceMilliseconds: max(0, (now - member.since).nanoseconds / 1_000_000))
        zone = member.profile.zone
        standing = member.standing.name
        state = member.metadata.state.name
        load = Double(member.metadata.load) / 256
        data = member.profile.data.description
        admin = member.profile.admin.description
    }
}
