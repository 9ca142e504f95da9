import Nodes
import Reports
import Wire

extension CellHost {
    /// What a cell answers beside the data plane.
    ///
    /// - Parameter host: called with each request, never here.
    package static func routes(_ host: @escaping () -> CellHost) -> HTTPRouteTable {
        var table = HTTPRouteTable()
        table.add(host)
        table.read(
            "/v1/vitals", keys: ["part"],
            "How busy and how well it is, and what moves have cost it; `part=brief`: without its pools"
        ) { call in
            switch call.query["part"] {
            case nil: .document(ReportJSON.encode(host().vitals.bounded))
            case "brief"?: .document(ReportJSON.encode(host().vitals.brief.bounded))
            case .some: .refusal(400, "There is one part: brief.")
            }
        }
        table.read("/v1/store", "Whether its store votes, and how far a refill has come") { _ in host().storePage }
        table.read("/v1/degradation", "Its levels, features and ways") { _ in
            let node = host().node
            return .json(DegradationPage.text(node.pointee.degradation, cell: node.pointee.name))
        }
        table.read(ConflictsPage.path, "The first keys that somebody has to choose for") { _ in
            host().conflictsPage(after: nil)
        }
        table.read(ConflictsPage.path(after: "{position...}"), "The keys behind a page's `next`") {
            host().conflictsPage(after: $0.parts[0])
        }
        table.read(ChargesPage.path(of: "{prefix...}"), "How often it has carried out the keys that begin so") { call in
            let host = host()
            return .json(
                ChargesPage.page(prefix: call.parts[0], host.io.pointee.charges, cell: host.node.pointee.name))
        }
        return table
    }

    /// Read from the file: few keys are on the queue, and the index of those is all that is looked at.
    private func conflictsPage(after position: String?) -> HTTPPage? {
        guard let settings = node.pointee.topology.blueprint(of: node.pointee.cell).store, let store else { return nil }
        return ConflictsPage.page(after: position, store: store.path, cell: node.pointee.name, settings)
            .map { .json($0) }
    }

    private var storePage: HTTPPage? {
        node.pointee.storeStatus(now: runtime.loop.now()).map {
            .json(StorePage.text($0, node.pointee.topology, cell: node.pointee.name))
        }
    }
}

extension CellHost: TellingHost {
    var healthReport: CellHealthReport { node.pointee.health(now: runtime.loop.now()) }

    var healthFacts: HealthPages.Facts {
        var facts = HealthPages.Facts()
        facts.isStopping = isStopping
        facts.isAlone = runtime.membership.isAlone
        facts.isStoreBroken = store?.isBroken == true
        facts.isStoreFull = node.pointee.storeTrouble == .full
        facts.hasStarted = node.pointee.hasStarted
        facts.withoutVote =
            switch node.pointee.storeStatus(now: runtime.loop.now())?.life {
            case .unborn?: "starting"
            case .refilling?, .accepted?: "refilling"
            case .votes?, nil: nil
            }
        return facts
    }

    var readiness: HTTPPage { HealthPages.readiness(healthFacts, healthReport) }

    var metricsText: String {
        CellMetrics.text(
            node, front: front, store: store, peers: peers, burner: io.pointee.burner, programs: programs,
            decisions: decisions, hits: faultHitsByKind, runtime: runtime)
    }

    var breakersText: String { GatesPage.text(node.pointee.gateViews(now: runtime.loop.now())) }

    func tracesText(_ wanted: TracesPage.Wanted) -> String? {
        runtime.tracesPage(name: node.pointee.name).text(wanted, node.pointee.traces)
    }

    func endedTraces(after cursor: TraceCursor) -> String {
        let (text, upTo) = runtime.tracesPage(name: node.pointee.name).ended(after: cursor, node.pointee.traces)
        node.pointee.tellTraces(upTo: upTo)
        return text
    }

    func membersText(_ wanted: MembersPage.Wanted) -> String {
        MembersPage.page(wanted, node.pointee.gossip, now: runtime.loop.now(), wall: runtime.loop.wallClock())
    }

    func answer(ping datagram: [UInt8]) -> HTTPPage? {
        GossipStream.page(datagram, &node.pointee.gossip, runtime, into: &io.pointee)
    }
}
