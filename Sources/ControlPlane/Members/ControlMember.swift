import Membership
import MeshBase
import Nodes
import Reports
import Topology
import UVDriver

/// The control plane's member on a real gossip socket.
package final class ControlMember: MembershipView {
    private let runtime: HostRuntime
    private let node: UnsafeMutablePointer<ControlNode>
    private let io: UnsafeMutablePointer<IO>

    /// - Parameters:
    ///   - admin: where the control plane answers probes.
    ///   - onChange: another member changed in this one's view.
    package init(
        _ runtime: HostRuntime, admin: Endpoint, onChange: @escaping (MemberChange) -> Void
    ) throws {
        self.runtime = runtime
        let topology = runtime.settings.topology
        let region = topology.regions[topology.control.region]
        let configuration = try runtime.gossip(
            data: .unspecified, admin: admin, region: region.name, zone: region.zones.first ?? "")
        node = .allocate(capacity: 1)
        do {
            node.initialize(to: try ControlNode(configuration))
        } catch {
            node.deallocate()
            throw error
        }
        io = .allocate(capacity: 1)
        io.initialize(to: IO(runtime: runtime, onChange: onChange))
        let (node, io, loop) = (node, io, runtime.loop)
        runtime.onDatagram = { node.pointee.handle(datagram: $1, from: $0, now: loop.now(), into: &io.pointee) }
        runtime.onWake = { node.pointee.wake(now: $0, into: &io.pointee) }
        runtime.membership.keep(KeptMember(io, loop) { try $0(&node.pointee.gossip) })
    }

    deinit {
        node.deinitialize(count: 1)
        node.deallocate()
        io.deinitialize(count: 1)
        io.deallocate()
    }

    package var gossip: Endpoint { runtime.advertised(runtime.udp.local) }
    /// How many members are in each status, by its word.
    var counts: [(status: String, count: Int)] {
        let members = members
        return MemberStatus.allCases.map { status in (status.name, members.count { $0.status == status }) }
    }
    package var members: [Member] { node.pointee.gossip.swim.members }
    package func member(named name: String) -> Member? { node.pointee.gossip.swim.member(named: name) }

    /// What it believes of the mesh, so that views can be compared.
    var view: Vitals.View { Vitals.View(members) }

    /// What it knows, for people.
    package var report: MembersReport {
        let now = runtime.loop.now()
        return MembersReport(observer: "control", members: members.map { MembersReport.Row($0, now: now) })
    }

    /// What every process of the mesh reports.
    func report(to page: inout MetricPage) { page.process(runtime, node.pointee.gossip) }

    package func start(seeds: [Endpoint]) {
        node.pointee.start(seeds: seeds, now: runtime.loop.now(), into: &io.pointee)
    }
    package func join(seeds: [Endpoint]) {
        node.pointee.join(seeds: seeds, now: runtime.loop.now(), into: &io.pointee)
    }
    /// Tells all members something.
    package func raise(event name: String, payload: [UInt8]) {
        node.pointee.gossip.raise(event: name, payload: payload, now: runtime.loop.now(), into: &io.pointee)
    }
    package func leave() { node.pointee.leave(now: runtime.loop.now(), into: &io.pointee) }

    /// A page about the membership, as every process has it.
    package func page(_ wanted: MembersPage.Wanted) -> String {
        MembersPage.page(wanted, node.pointee.gossip, now: runtime.loop.now(), wall: runtime.loop.wallClock())
    }

    /// Answers a ping that came by stream; nil for anything that is none.
    package func answer(ping datagram: [UInt8]) -> String? {
        let answer = datagram.withUnsafeBytes {
            node.pointee.gossip.answer(
                ping: $0, now: runtime.loop.now(), into: &io.pointee, isHeard: runtime.wire.reaches)
        }
        return answer.map(GossipStream.text)
    }

    /// Once per turn, before the loop waits.
    package func endTurn() { runtime.alarm.arm(at: node.pointee.nextDeadline()) }

    package func close() {
        runtime.onDatagram = { _, _ in }
        runtime.onWake = { _ in }
    }

    private struct IO: GossipSink {
        unowned(unsafe) let runtime: HostRuntime
        let onChange: (MemberChange) -> Void

        mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
            runtime.send(datagram, to: endpoint)
        }
        mutating func ping(byStream datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
            runtime.membership.ping(byStream: datagram, to: endpoint)
        }
        mutating func heard(_ event: UserEvent) { runtime.events.log(event) }
        mutating func persist(incarnation: UInt32) { runtime.store(incarnation: incarnation) }
        mutating func emit(_ event: NodeEvent) {
            runtime.emit(event)
            if case .member(let change) = event { onChange(change) }
        }
    }
}
