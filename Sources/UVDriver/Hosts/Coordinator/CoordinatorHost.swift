import Consensus
import Evacuation
import Membership
import MeshBase
import Nodes
import Sharding
import Topology
import Wire

/// The coordinator of moves on real mesh links, in the process of the control plane.
package final class CoordinatorHost {
    private let runtime: HostRuntime
    private let links: CoordinatorLinks
    private let coordinator: UnsafeMutablePointer<Coordinator>
    private let io: UnsafeMutablePointer<IO>
    private var sweep: LoopTimer?
    private var alarm: LoopTimer?
    /// For when it is set.
    private var alarmAt: Instant?
    private var isClosed = false

    /// A command has come to this.
    package var onAnswer: (UInt64, CoordinatorAnswer) -> Void = { _, _ in }
    /// Something happened to a plan, or to an entry; told in the turn after.
    package var onEvent: (CoordinatorEvent) -> Void = { _ in }

    package init(_ runtime: HostRuntime, placement: Placement) {
        self.runtime = runtime
        let settings = runtime.settings
        links = CoordinatorLinks(on: runtime.loop)
        links.configure(settings, wire: runtime.wire)
        runtime.security.secure(links.pool)
        links.events = runtime.events
        coordinator = .allocate(capacity: 1)
        coordinator.initialize(
            to: Coordinator(
                topology: settings.topology, placement: placement,
                seal: EntrySeal(secret: settings.secret, mesh: settings.topology.wireLabel), boot: settings.boot,
                seed: UInt64(settings.boot)))
        io = .allocate(capacity: 1)
        io.initialize(to: IO(runtime: runtime, links: links))
        let (coordinator, io, loop) = (coordinator, io, runtime.loop)
        links.coordinator = coordinator
        links.io = io
        links.onUp = { coordinator.pointee.linkUp($0, now: loop.now(), into: &io.pointee) }
        links.onDown = { coordinator.pointee.linkDown($0, now: loop.now(), into: &io.pointee) }
        sweep = try? LoopTimer(loop: loop) { [unowned self] in links.sweep() }
        sweep?.start(after: .milliseconds(500), every: .milliseconds(500))
        coordinator.pointee.start(now: loop.now())
    }

    deinit {
        coordinator.deinitialize(count: 1)
        coordinator.deallocate()
        io.deinitialize(count: 1)
        io.deallocate()
    }

    /// What it knows and does.
    package var state: Coordinator { coordinator.pointee }
    package var table: PlacementTable { coordinator.pointee.ledger.table }
    /// Of the table, without a copy of it.
    package var version: UInt64 { coordinator.pointee.ledger.table.version }

    package func follow(_ member: Member, status: MemberStatus) {
        guard member.profile.role == .cell else { return }
        coordinator.pointee.follow(
            member.profile.name, status: status, endpoint: member.profile.data, now: runtime.loop.now())
    }

    /// The mesh has further cells.
    package func grow(_ topology: MeshTopology) {
        links.grow(topology)
        coordinator.pointee.grow(topology, now: runtime.loop.now())
    }

    package func learn(_ deciders: DeciderSet) { coordinator.pointee.learn(deciders, now: runtime.loop.now()) }
    package func observe(_ seen: EvacuationGate.Observation) { coordinator.pointee.observation = seen }

    package func read(ticket: UInt64) { coordinator.pointee.read(ticket: ticket, now: runtime.loop.now()) }
    package func begin(_ plan: PlanDecree, ticket: UInt64) {
        coordinator.pointee.begin(plan, ticket: ticket, now: runtime.loop.now())
    }
    package func pause(_ isPaused: Bool, ticket: UInt64) {
        coordinator.pointee.pause(isPaused, ticket: ticket, now: runtime.loop.now())
    }
    package func abort(ticket: UInt64) { coordinator.pointee.abort(ticket: ticket, now: runtime.loop.now()) }
    package func move(_ customer: CustomerHash, to shard: Shard, ticket: UInt64) {
        coordinator.pointee.move(customer, to: shard, ticket: ticket, now: runtime.loop.now())
    }
    package func giveUp(_ customer: CustomerHash, to shard: Shard?, ticket: UInt64) {
        coordinator.pointee.giveUp(customer, to: shard, ticket: ticket, now: runtime.loop.now())
    }
    package func unpin(_ customer: CustomerHash, ticket: UInt64) {
        coordinator.pointee.unpin(customer, ticket: ticket, now: runtime.loop.now())
    }

    /// Once per turn, before the loop waits.
    package func endTurn() {
        guard !isClosed else { return }
        let now = runtime.loop.now()
        var rounds = 0
        repeat {
            links.reportFailures()
            coordinator.pointee.wake(now: now, into: &io.pointee)
            for (ticket, answer) in coordinator.pointee.takeAnswers() { onAnswer(ticket, answer) }
            for event in io.pointee.takeEvents() { onEvent(event) }
            links.pool.flush()
            rounds += 1
        } while (links.hasFailures || links.pool.isDirty) && rounds < 16
        arm(now)
    }

    private func arm(_ now: Instant) {
        let next = coordinator.pointee.nextDeadline()
        guard next < .distantFuture else { return }
        // Nothing has changed, as in most turns.
        let at = min(next, now + .seconds(3_600))
        if at == alarmAt, at > now { return }
        alarmAt = at
        if alarm == nil { alarm = try? LoopTimer(loop: runtime.loop) {} }
        // The turn that the alarm makes is all that is wanted of it.
        alarm?.start(after: max(at - now, .milliseconds(1)))
    }

    package func close() {
        isClosed = true
        sweep?.close()
        alarm?.close()
        links.pool.closeAll()
    }

    fileprivate struct IO: CoordinatorSink, LinkWriter {
        unowned(unsafe) let runtime: HostRuntime
        unowned(unsafe) let links: CoordinatorLinks
        private var events: [CoordinatorEvent] = []

        init(runtime: HostRuntime, links: CoordinatorLinks) {
            self.runtime = runtime
            self.links = links
        }

        mutating func takeEvents() -> [CoordinatorEvent] {
            defer { events = [] }
            return events
        }
        mutating func openLink(to cell: CellIndex, at endpoint: Endpoint) { links.open(cell, at: endpoint) }
        mutating func closeLink(to cell: CellIndex) { links.close(cell) }
        mutating func write(to cell: CellIndex, _ append: (inout ByteBuffer) -> Void) -> Bool {
            links.write(to: cell, append)
        }
        mutating func note(_ event: CoordinatorEvent) { events.append(event) }
        mutating func send(datagram: UnsafeRawBufferPointer, to endpoint: Endpoint) {
            runtime.send(datagram, to: endpoint)
        }
        mutating func persist(incarnation: UInt32) {}
        mutating func emit(_ event: NodeEvent) { runtime.emit(event) }
    }
}

/// The coordinator's links to the cells.
private final class CoordinatorLinks: CellLinks {
    var coordinator: UnsafeMutablePointer<Coordinator>!
    var io: UnsafeMutablePointer<CoordinatorHost.IO>!

    override func handle(frame: borrowing FrameView, from cell: CellIndex, now: Instant) {
        coordinator.pointee.handle(answer: frame, from: cell, now: now, into: &io.pointee)
    }
}
