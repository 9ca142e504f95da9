import Reports
import UVDriver

extension APIServer {
    /// All that the control plane answers over HTTP.
    ///
    /// - Parameter server: called with each request, never here.
    package static func routes(_ server: @escaping () -> APIServer) -> HTTPRouteTable {
        var table = HTTPRouteTable(access: .pass)
        addProbes(&table, server)
        addReads(&table, server)
        addLive(&table, server)
        addTraces(&table, server)
        addAlerts(&table, server)
        addChanges(&table, server)
        addMoves(&table, server)
        addPages(&table, server)
        return table
    }

    private static func addProbes(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        table.add(health: { SupervisorHealth(hasStarted: server().backend?.isReady ?? false) })
        table.read("/metrics", access: .open, "Prometheus text") { _ in .metrics(server().backend?.metrics() ?? "") }
        table.read("/v1/gossip/{packet}", access: .open, "A ping of the membership by stream, which proves itself") {
            server().backend?.answer(ping: GossipStream.datagram($0.parts[0])).map { .plain($0) }
        }
        // Whoever is behind fetches it, and has no token; it proves itself.
        table.read("/v1/settings", access: .open, "The settings in force, with their proof") { _ in
            guard let page = server().backend?.settingsPage else {
                return .problem(APIFailure(404, "Settings are made by a control plane that supervises.").problem)
            }
            return .json(page)
        }
    }

    private static func addReads(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        table.read("/v1/status", "The mesh, its cells and routers") { _ in server().tell { $0.status() } }
        table.read("/v1/processes", "Its processes with their addresses") { _ in server().tell { $0.processes() } }
        table.read("/v1/members", keys: ["from"], "Views of the membership, and where they differ") { call in
            server().ask { $0.members(observer: call.query["from"], completion: server().later(call)) }
        }
        table.read("/v1/members/{member}/history", "What the control plane saw happen to a member") { call in
            server().backend?.memberPage(.history(call.parts[0])).map { .json($0) }
        }
        table.read("/v1/keys", "The numbers of the membership's keys") { _ in
            server().backend?.memberPage(.keys).map { .json($0) }
        }
        table.read("/v1/certs", "The certificates that processes show to other hosts") { call in
            server().ask {
                let later: (Result<CertificatesReport, APIFailure>) -> Void = server().later(call)
                $0.certificates(renewing: false) { later(.success($0)) }
            }
        }
        table.post("/v1/certs/renew", "Has every process make a new certificate") { call in
            server().ask {
                let later: (Result<CertificatesReport, APIFailure>) -> Void = server().later(call)
                $0.certificates(renewing: true) { later(.success($0)) }
            }
        }
        table.read("/v1/cells/{cell}/log", keys: ["lines"], "The end of the log of a cell of another host") { call in
            let lines = call.query["lines"].flatMap { Int($0) } ?? 100
            return server().ask { $0.page(.log(call.parts[0], lines: lines), completion: server().later(call)) }
        }
        table.read(
            "/v1/cells/{cell}/store", keys: ["customer"], "What the store of a cell of another host holds"
        ) { call in
            server().ask {
                $0.page(.store(call.parts[0], customer: call.query["customer"]), completion: server().later(call))
            }
        }
        table.read("/v1/impact", "How many customers are lost, degraded and untouched") { call in
            server().ask {
                let later: (Result<ImpactReport, APIFailure>) -> Void = server().later(call)
                $0.impact { later(.success($0)) }
            }
        }
        table.read("/v1/conflicts", "The keys that somebody has to choose for") { call in
            server().ask {
                let later: (Result<ConflictsReport, APIFailure>) -> Void = server().later(call)
                $0.conflicts { later(.success($0)) }
            }
        }
        table.read("/v1/events", keys: ["since", "limit"], "What happened after an event") { call in
            guard let since = call.query.integer("since", default: 0),
                let limit = call.query.integer("limit", default: 1_000), limit > 0
            else { return .problem(APIFailure(400, "since and limit are whole numbers from 0.").problem) }
            return server().ask { (backend) throws(APIFailure) in
                let found = backend.events(since: since, limit: Int(min(limit, Int64(Self.mostEvents))))
                server().finish(call.id, .success(try found.get().encoded(since: since)))
            }
        }
        table.read("/v1/faults", "The faults in force") { _ in server().tell { $0.faults() } }
        table.read("/v1/monkey", "The monkey, its rules and what it has done") { _ in
            server().tell { (backend) throws(APIFailure) in
                guard let report = backend.monkeyReport else {
                    throw APIFailure(404, "No monkey is let loose from here.")
                }
                return report
            }
        }
        table.read("/v1/rollout", "The rollout under way, or the last one") { _ in
            server().tell { (backend) throws(APIFailure) in
                guard let report = backend.rolloutReport else {
                    throw APIFailure(404, "No rollout is made from here.")
                }
                return report
            }
        }
        table.read("/v1/drills", "The drills that there are, and how each ended last") { call in
            server().ask { $0.drills(completion: server().later(call)) }
        }
        table.read("/v1/reports/{id}", "A report as a page") { call in server().answerReport(call) }
        table.read("/v1/gamedays", "The game day that is run each week") { _ in
            server().tell { (backend) throws(APIFailure) in
                guard let report = backend.gameDaySchedule else {
                    throw APIFailure(404, "No game day is run from here.")
                }
                return report
            }
        }
        table.read("/v1/evacuations", "Where the evacuation or restore stands") { _ in
            server().tell { $0.evacuation() }
        }
        table.read("/v1/evacuations/report", "What the last one did that has ended") { _ in
            server().tell { (backend) throws(APIFailure) in
                guard let report = backend.evacuationReport() else {
                    throw APIFailure(
                        404,
                        "No evacuation has ended since the control plane started: see GET /v1/evacuations, or "
                            + "'cellmesh events --type evacuation'.")
                }
                return report
            }
        }
        table.read("/v1/pins", keys: ["customer"], "Customers that were moved one by one") { call in
            server().tell { $0.pins(of: call.query["customer"]) }
        }
    }

    private static func addChanges(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        for action in ProcessAction.allCases {
            table.post("/v1/\(action.rawValue)", "\(action.rawValue.capitalisedFirst)s processes") { call in
                server().change { (changes) throws(APIFailure) in
                    let wanted = try decode(
                        ActionRequest.self, call, "{\"targets\": [NAME, ...], \"for_ms\": NUMBER or null}")
                    changes.perform(action, wanted, completion: server().later(call))
                }
            }
        }
        table.post("/v1/predict", "Says what an action would do") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(
                    PredictionRequest.self, call,
                    "{\"action\": ACTION, \"targets\": [NAME, ...], \"options\": {...}}")
                changes.predict(wanted, completion: server().later(call))
            }
        }
        table.post("/v1/targets", "Chooses what words such as cell/{busiest} leave open") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(
                    TargetsRequest.self, call,
                    "{\"targets\": [WORD, ...], \"seed\": NUMBER or null, \"step\": NUMBER or null}")
                changes.chooseTargets(wanted, completion: server().later(call))
            }
        }
        table.post("/v1/faults/add", "Puts a fault in force") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(FaultAddition.self, call, "{\"kind\": KIND, \"targets\": [NAME, ...], ...}")
                changes.addFault(wanted, completion: server().later(call))
            }
        }
        table.post("/v1/faults/remove", "Heals faults") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(FaultRemoval.self, call, "{\"ids\": [ID, ...]} or {\"all\": true}")
                changes.removeFaults(wanted, completion: server().later(call))
            }
        }
        table.post("/v1/halt", "Ends all that was injected and lets nothing in, or lets it in again") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(HaltRequest.self, call, "{\"reason\": TEXT} or {\"release\": true}")
                changes.halt(wanted, completion: server().later(call))
            }
        }
        table.post("/v1/monkey", "Lets a monkey loose, or takes it in") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(MonkeyChange.self, call, "{\"start\": {...}} or {\"stop\": true}")
                changes.changeMonkey(wanted, completion: server().later(call))
            }
        }
        table.post("/v1/drills", "Begins a drill, or tells the one that runs to end") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(DrillChange.self, call, "{\"drill\": NAME} or {\"stop\": true}")
                changes.changeDrill(wanted, completion: server().later(call))
            }
        }
        // A blueprint may name programs that are run: not for pages.
        table.post("/v1/rollout", access: .token, "Rolls a blueprint out over cells, stage by stage") { call in
            server().change { (changes) throws(APIFailure) in
                changes.beginRollout(try RolloutOrder(body: call.body), completion: server().later(call))
            }
        }
        table.post("/v1/rollout/abort", access: .token, "Takes the rollout under way back") { call in
            server().change { $0.abortRollout(completion: server().later(call)) }
        }
        // It names a file that is run: not for pages.
        table.post("/v1/gamedays", access: .token, "Sets, or ends, the game day that is run each week") { call in
            server().change { (changes) throws(APIFailure) in
                let wanted = try decode(
                    GameDayOrder.self, call, "{\"file\": PATH, \"every\": DAYS, \"at\": TIME} or {\"file\": null}")
                changes.scheduleGameDay(wanted, completion: server().later(call))
            }
        }
        table.post("/v1/settings", "Changes settings, for a time or for good") { call in
            server().change { (changes) throws(APIFailure) in
                changes.changeSettings(try SettingsRequest(body: call.body), completion: server().later(call))
            }
        }
        table.post("/v1/load", "Starts a load as `load start` does, or stops it as `load stop`") { call in
            server().change { (changes) throws(APIFailure) in
                let id = call.id
                changes.changeLoad(try LoadOrder(body: call.body)) { server().finish(id, $0) }
            }
        }
        table.post("/v1/down", access: .token, "Stops the mesh in order") { call in
            server().change { changes in
                // Before the shutdown, which closes this connection.
                call.server.respond(call.stream, .report(202, "{\"state\":\"stopping\"}\n"))
                changes.shutDown()
            }
        }
    }

    /// What is about where customers live.
    private static func addMoves(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        table.post("/v1/evacuations", "Begins an evacuation or a restore") { call in
            server().change { (changes) throws(APIFailure) in
                changes.evacuate(try EvacuationRequest(body: call.body), completion: server().later(call))
            }
        }
        for change in EvacuationChange.allCases {
            table.post(
                "/v1/evacuations/\(change.rawValue)", "\(change.rawValue.capitalisedFirst)s the one under way"
            ) { call in
                server().change { $0.changeEvacuation(change, completion: server().later(call)) }
            }
        }
        table.post("/v1/moves", "Moves a customer to other cells") { call in
            server().change { (changes) throws(APIFailure) in
                changes.move(try MoveRequest(body: call.body), completion: server().later(call))
            }
        }
        table.delete("/v1/pins/{customer}", "Gives a customer back to its hash") { call in
            guard MoveRequest.isName(call.parts[0]) else { return nil }
            return server().change { $0.unpin(call.parts[0], completion: server().later(call)) }
        }
    }

    private static func decode<Body: Decodable>(
        _ type: Body.Type, _ call: HTTPCall, _ form: String
    ) throws(APIFailure) -> Body {
        guard let wanted = ReportJSON.decode(type, call.body) else { throw APIFailure(400, "Send \(form).") }
        return wanted
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
