import Membership
import MeshBase
import Topology

/// Lines of what happened to a node itself, or to others as it sees them.
extension EventLine {
    init?(_ change: MemberChange, observer: String) {
        guard !change.isOfUnsteadyDoubt else { return nil }
        self.init(
            type: "member", action: change.status.name, id: change.member.name,
            attributes: [
                .init("observer", .text(observer)), .init("incarnation", .integer(Int64(change.member.incarnation))),
                .init("source", .text(change.source)),
            ])
    }

    init(_ news: HealthNews, observer: String) {
        switch news {
        case .state(let state, let former, let why):
            self.init(
                type: "health", action: "\(state.name)", id: observer,
                attributes: [.init("was", .text("\(former.name)")), .init("detail", .text(why))])
        case .probe(let kind, let isGood, let why):
            self.init(
                type: "probe", action: isGood ? "passed" : "failed", id: observer,
                attributes: [.init("probe", .text("\(kind.name)")), .init("detail", .text(why))])
        }
    }

    init(_ id: String, _ event: ProgramEvent) {
        let (action, detail): (String, String?) =
            switch event {
            case .ready: ("ready", nil)
            case .unready: ("unready", "it runs, and does not answer that it is ready: it gets no calls")
            case .late(let limit): ("late", "it was not ready within \(limit.seconds) s, and is killed")
            case .ended(let how, let again):
                ("ended", "\(how); it is started again in \(again.millisecondsRoundedUp) ms")
            case .garbled:
                (
                    "garbled",
                    "an answer of it could not be read, or was too large; see cellmesh_program_calls_total"
                )
            }
        self.init(
            type: "program", action: action, id: id, attributes: detail.map { [.init("detail", .text($0))] } ?? [])
    }

    init(_ event: StoreEvent, observer: String, _ topology: MeshTopology) {
        func line(_ action: String, _ attributes: [Attribute] = []) -> EventLine {
            EventLine(type: "store", action: action, id: observer, attributes: attributes)
        }
        func detail(_ text: String) -> Attribute { .init("detail", .text(text)) }
        self =
            switch event {
            case .born(let peers): line("born", [.init("peers", .integer(Int64(peers)))])
            case .lost:
                line("lost", [detail("the store is not the one that this cell had; records wait for its refill")])
            case .refillBegan(let sources): line("refill-began", [.init("sources", .integer(Int64(sources)))])
            case .refillStalled(let missing):
                line(
                    "refill-stalled",
                    [
                        .init(
                            "missing",
                            .text(
                                missing.prefix(20).map { topology.cells[$0.position].name }.joined(separator: ", ")
                                    + (missing.count > 20 ? ", ..." : "")))
                    ])
            case .damaged(let cohort):
                line(
                    "damaged",
                    [
                        .init("cohort", .integer(Int64(cohort))),
                        detail("a record of one version has two values; its move is not finished"),
                    ])
            case .damagedRecord(let position, let cell):
                line(
                    "damaged",
                    [
                        .init("customer", .text(String(decoding: position.customer, as: UTF8.self))),
                        .init("key", .text(String(decoding: position.key, as: UTF8.self))),
                        .init("other", .text(topology.cells[cell.position].name)),
                        detail("one version of the record has two values; neither is taken over"),
                    ])
            case .full:
                line("full", [detail("there is no room: reads are answered, writes are refused with 507")])
            case .broken: line("broken", [detail("its database refuses its orders")])
            case .sound: line("sound")
            case .refilled(let records, let took):
                line(
                    "refilled",
                    [
                        .init("records", .integer(Int64(clamping: records))),
                        .init("took_ms", .integer(Int64(took.milliseconds))),
                    ])
            }
    }
}
