import Membership
import MeshBase
import Nodes
import Telemetry
import Topology

/// The event log of one process: what its node reports, stamped where it happened.
package final class HostEvents {
    private let log: UnsafeMutablePointer<EventLog>
    private let observer: String
    private let loop: EventLoop

    /// The same for people; members that are alive are told of only where they were doubted.
    private let text: ProcessLog
    private var doubted: Set<String> = []
    private var unsteady: Set<String> = []

    init(_ settings: HostSettings, loop: EventLoop) {
        log = .allocate(capacity: 1)
        log.initialize(to: EventLog(path: settings.dataDirectory + "/events.ndjson"))
        observer = settings.name
        text = settings.log ?? ProcessLog(observer, .own(.text, path: settings.dataDirectory + "/log"))
        self.loop = loop
    }

    deinit {
        log.deinitialize(count: 1)
        log.deallocate()
    }

    private var last: [String: Instant] = [:]

    /// Something that others can bring about as often as they like: each kind of it once a minute.
    package func logRarely(_ action: String, _ detail: @autoclosure () -> String) {
        let now = loop.now()
        if let last = last[action], now - last < .minutes(1) { return }
        last[action] = now
        log(action, detail())
    }

    package var dropped: UInt64 { log.pointee.dropped }

    /// Something about this process itself.
    package func log(_ action: String, _ detail: String) {
        append(type: "process", action: action, id: observer, [.init("detail", .string(detail))])
    }

    /// A fault on the wire began or ended for this process.
    package func fault(_ id: String, _ action: String) {
        append(type: "fault", action: action, id: id, [.init("observer", .string(observer))])
    }

    /// Something that a member told all.
    package func log(_ event: UserEvent) {
        append(
            type: "user", action: event.name, id: event.origin,
            [
                .init("observer", .string(observer)), .init("time", .integer(Int64(clamping: event.time))),
                .init("bytes", .integer(Int64(event.payload.count))),
            ])
    }

    package func log(_ event: NodeEvent, topology: MeshTopology) {
        switch event {
        // Its standing says that answers of it get lost; each doubt that comes and goes would say it again.
        case .member(let change) where change.isOfUnsteadyDoubt: break
        case .member(let change):
            append(
                type: "member", action: change.status.name, id: change.member.name,
                [
                    .init("observer", .string(observer)),
                    .init("incarnation", .integer(Int64(change.member.incarnation))),
                    .init("source", .string(change.source)),
                ])
        case .standing(let member): standing(of: member)
        case .linkUp(let cell):
            append(
                type: "link", action: "up", id: topology.cells[cell.position].name,
                [.init("observer", .string(observer))])
        case .linkDown(let cell):
            append(
                type: "link", action: "down", id: topology.cells[cell.position].name,
                [.init("observer", .string(observer))])
        case .cellDemoted(let cell):
            append(
                type: "link", action: "demoted", id: topology.cells[cell.position].name,
                [.init("observer", .string(observer))])
        case .cellReturned(let cell):
            append(
                type: "link", action: "returned", id: topology.cells[cell.position].name,
                [.init("observer", .string(observer))])
        case .poisoned(let customer):
            append(type: "process", action: "poisoned", id: observer, [.init("customer", .string(customer))])
        case .health(let news): health(news)
        case .store(let event):
            store(event, topology)
        case .placement(let version):
            append(
                type: "placement", action: "learnt", id: observer,
                [.init("version", .integer(Int64(clamping: version)))])
        case .program(let service, let event): program("\(observer)/\(service)", event)
        case .shedding(let place, let priority, let hasBegun):
            append(
                type: "shedding", action: hasBegun ? "begun" : "ended", id: "\(observer)/\(place)",
                [.init("priority", .string("\(priority.name)"))])
        case .gate, .timeoutAdapted, .retries, .worth, .ejection, .flag, .objectives, .ladder, .degradation, .peak:
            if let line = event.line { log(line) }
        }
    }

    /// A doubt is an event of its own, the suspicion; only what lasts is told beside it.
    private func standing(of member: Member) {
        switch member.standing {
        case .unsteady: guard unsteady.insert(member.name).inserted else { return }
        case .steady: guard unsteady.remove(member.name) != nil else { return }
        case .doubted: return
        }
        append(
            type: "member", action: member.standing.name, id: member.name,
            [
                .init("observer", .string(observer)), .init("incarnation", .integer(Int64(member.incarnation))),
            ])
    }

    private func health(_ news: HealthNews) {
        switch news {
        case .state(let state, let former, let why):
            append(
                type: "health", action: "\(state.name)", id: observer,
                [.init("was", .string("\(former.name)")), .init("detail", .string(why))])
        case .probe(let kind, let isGood, let why):
            append(
                type: "probe", action: isGood ? "passed" : "failed", id: observer,
                [.init("probe", .string("\(kind.name)")), .init("detail", .string(why))])
        }
    }

    private func log(_ line: EventLine) {
        append(
            type: line.type, action: line.action, id: line.id,
            line.attributes.map { attribute in
                switch attribute.value {
                case .text(let text): .init(attribute.name, .string(text))
                case .number(let number): .init(attribute.name, .number(number))
                case .integer(let number): .init(attribute.name, .integer(number))
                }
            })
    }

    private func program(_ id: String, _ event: ProgramEvent) {
        func tell(_ action: String, _ detail: String? = nil) {
            append(type: "program", action: action, id: id, detail.map { [.init("detail", .string($0))] } ?? [])
        }
        switch event {
        case .ready: tell("ready")
        case .unready: tell("unready", "it runs, and does not answer that it is ready: it gets no calls")
        case .late(let limit): tell("late", "it was not ready within \(limit.seconds) s, and is killed")
        case .ended(let how, let again):
            tell("ended", "\(how); it is started again in \(again.millisecondsRoundedUp) ms")
        case .garbled:
            let now = loop.now()
            if let last = last["garbled " + id], now - last < .minutes(1) { return }
            last["garbled " + id] = now
            tell("garbled", "an answer of it could not be read, or was too large; see cellmesh_program_calls_total")
        }
    }

    private func store(_ event: StoreEvent, _ topology: MeshTopology) {
        switch event {
        case .born(let peers):
            append(type: "store", action: "born", id: observer, [.init("peers", .integer(Int64(peers)))])
        case .lost:
            append(
                type: "store", action: "lost", id: observer,
                [.init("detail", .string("the store is not the one that this cell had; records wait for its refill"))])
        case .refillBegan(let sources):
            append(type: "store", action: "refill-began", id: observer, [.init("sources", .integer(Int64(sources)))])
        case .refillStalled(let missing):
            let names = missing.prefix(20).map { topology.cells[$0.position].name }
            append(
                type: "store", action: "refill-stalled", id: observer,
                [.init("missing", .string(names.joined(separator: ", ") + (missing.count > 20 ? ", ..." : "")))])
        case .damaged(let cohort):
            append(
                type: "store", action: "damaged", id: observer,
                [
                    .init("cohort", .integer(Int64(cohort))),
                    .init("detail", .string("a record of one version has two values; its move is not finished")),
                ])
        case .damagedRecord(let position, let cell):
            append(
                type: "store", action: "damaged", id: observer,
                [
                    .init("customer", .string(String(decoding: position.customer, as: UTF8.self))),
                    .init("key", .string(String(decoding: position.key, as: UTF8.self))),
                    .init("other", .string(topology.cells[cell.position].name)),
                    .init("detail", .string("one version of the record has two values; neither is taken over")),
                ])
        case .full:
            append(
                type: "store", action: "full", id: observer,
                [.init("detail", .string("there is no room: reads are answered, writes are refused with 507"))])
        case .broken:
            append(
                type: "store", action: "broken", id: observer,
                [.init("detail", .string("its database refuses its orders"))])
        case .sound: append(type: "store", action: "sound", id: observer, [])
        case .refilled(let records, let took):
            append(
                type: "store", action: "refilled", id: observer,
                [
                    .init("records", .integer(Int64(clamping: records))),
                    .init("took_ms", .integer(Int64(took.milliseconds))),
                ])
        }
    }

    private func append(type: String, action: String, id: String, _ attributes: [TelemetryEvent.Attribute]) {
        let event = TelemetryEvent(
            time: loop.wallClock(), type: type, action: action, id: id, attributes: attributes)
        log.pointee.append(event)
        if isWorthTelling(event) { text.tell(event) }
    }

    private func isWorthTelling(_ event: TelemetryEvent) -> Bool {
        guard event.type == "member" else { return true }
        // An unsteady one is suspected and refutes again and again: that it is unsteady says it all.
        let comesAndGoes = [MemberStatus.alive.name, MemberStatus.suspect.name].contains(event.action)
        guard !comesAndGoes || !unsteady.contains(event.id) else { return false }
        // As many names as there are members.
        return event.action == MemberStatus.alive.name
            ? doubted.remove(event.id) != nil : doubted.insert(event.id).inserted || event.action != "suspect"
    }

    /// Something about this process that is in no event log, since its parent writes it down.
    package func tell(_ action: String, _ details: [(String, String)]) {
        text.tell(
            TelemetryEvent(
                time: loop.wallClock(), type: "process", action: action, id: observer,
                attributes: details.map { .init($0.0, .string($0.1)) }))
    }
}
