import Evacuation
import MeshBase
import Reports
import Sharding
import Store
import Testing
import UVDriver
import Wire

@testable import ControlPlane

@Suite("API over loopback", .timeLimit(.minutes(2)))
struct APIServerTests {
    /// Remembers what was asked, and answers at once.
    private final class Backend: APIBackend, APIChanges {
        var isReady = true
        var refusesChanges: APIFailure?
        var changer: Result<any APIChanges, APIFailure> { refusesChanges.map { .failure($0) } ?? .success(self) }
        var calls: [String] = []

        func status() -> StatusReport {
            calls.append("status")
            return StatusReport(
                mesh: "shop", seed: 1, epoch: 1, state: "serving", cells: [], routers: [],
                control: .init(pid: 1, address: ""))
        }
        func processes() -> ProcessesReport { ProcessesReport(processes: []) }
        func members(observer: String?, completion: @escaping (Result<MembersReport, APIFailure>) -> Void) {
            calls.append("members \(observer ?? "-")")
            if observer == "nobody" { return completion(.failure(APIFailure(404, "there is no 'nobody'"))) }
            completion(.success(ownMembers()))
        }
        func ownMembers() -> MembersReport { MembersReport(observer: "control", members: []) }
        func certificates(renewing: Bool, completion: @escaping (CertificatesReport) -> Void) {
            completion(CertificatesReport(processes: [], silent: [], authority: ""))
        }
        func conflicts(completion: @escaping (ConflictsReport) -> Void) {
            calls.append("conflicts")
            completion(ConflictsReport(pages: []))
        }
        func impact(completion: @escaping (ImpactReport) -> Void) { completion(ImpactReport(parts: [])) }
        func events(since: Int64, limit: Int) -> Result<EventsReport, APIFailure> {
            calls.append("events \(since) \(limit)")
            return .success(EventsReport(events: []))
        }
        func perform(
            _ action: ProcessAction, _ request: ActionRequest,
            completion: @escaping (Result<ActionReport, APIFailure>) -> Void
        ) {
            calls.append("\(action) \(request.targets) \(request.leaseMilliseconds.map(String.init) ?? "-")")
            completion(
                .success(
                    ActionReport(
                        targets: request.targets.map {
                            ActionOutcome(name: $0, pid: 1, action: "killed", state: .down)
                        })))
        }
        func faults() -> FaultsReport { FaultsReport(faults: []) }
        func addFault(
            _ addition: FaultAddition, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void
        ) {
            calls.append("fault \(addition.kind) \(addition.targets) \(addition.request.delay?.milliseconds ?? -1)")
            completion(.success(FaultsReport(faults: [], applied: 1, of: 1)))
        }
        func removeFaults(
            _ removal: FaultRemoval, completion: @escaping (Result<FaultsReport, APIFailure>) -> Void
        ) {
            calls.append("heal \(removal.ids ?? []) \(removal.all ?? false)")
            completion(.success(FaultsReport(faults: [])))
        }
        func halt(_ request: HaltRequest, completion: @escaping (Result<HaltReport, APIFailure>) -> Void) {
            calls.append("halt \(request.reason ?? "-") \(request.release ?? false)")
            completion(.success(HaltReport(halt: nil, already: false)))
        }
        func changeMonkey(
            _ change: MonkeyChange, completion: @escaping (Result<MonkeyReport, APIFailure>) -> Void
        ) {
            calls.append("monkey \(change.start?.least ?? -1) \(change.stop ?? false)")
            completion(.success(MonkeyReport()))
        }
        func beginRollout(
            _ order: RolloutOrder, completion: @escaping (Result<RolloutReport, APIFailure>) -> Void
        ) {
            calls.append("rollout \(order.yaml.count) \(order.stages ?? []) \(order.undecided?.rawValue ?? "-")")
            completion(.success(.nothing))
        }
        func abortRollout(completion: @escaping (Result<RolloutReport, APIFailure>) -> Void) {
            calls.append("rollout abort")
            completion(.success(.nothing))
        }
        func changeDrill(
            _ change: DrillChange, completion: @escaping (Result<DrillChangeReport, APIFailure>) -> Void
        ) {
            calls.append("drill \(change.drill ?? "-") \(change.prediction ?? "-") \(change.stop ?? false)")
            completion(.success(DrillChangeReport(drill: change.drill ?? "", pid: 7)))
        }
        func scheduleGameDay(
            _ order: GameDayOrder, completion: @escaping (Result<GameDayScheduleReport, APIFailure>) -> Void
        ) {
            calls.append("gameday \(order.file ?? "-")")
            completion(.success(GameDayScheduleReport(order)))
        }
        func evacuation() -> EvacuationStatus { .none(cohorts: 64) }
        var ended: EvacuationReport?
        func evacuationReport() -> EvacuationReport? { ended }
        func evacuate(
            _ request: EvacuationRequest, completion: @escaping (Result<EvacuationAnswer, APIFailure>) -> Void
        ) {
            calls.append("\(request.kind) \(request.region) \(request.confirm ?? "-") \(request.stages ?? [])")
            completion(.failure(APIFailure(409, "not today")))
        }
        func changeEvacuation(
            _ change: EvacuationChange, completion: @escaping (Result<EvacuationStatus, APIFailure>) -> Void
        ) {
            calls.append("\(change)")
            completion(.success(evacuation()))
        }
        func move(_ request: MoveRequest, completion: @escaping (Result<PinsReport, APIFailure>) -> Void) {
            calls.append("move \(request.customer) \(request.cells)")
            completion(.success(pins(of: nil)))
        }
        func pins(of customer: String?) -> PinsReport {
            if let customer { calls.append("pins \(customer)") }
            return PinsReport(PlacementTable(), Sample.topology)
        }
        func unpin(_ customer: String, completion: @escaping (Result<PinsReport, APIFailure>) -> Void) {
            calls.append("unpin \(customer)")
            completion(.success(pins(of: nil)))
        }
        func changeSettings(
            _ request: SettingsRequest, completion: @escaping (Result<SettingsReport, APIFailure>) -> Void
        ) { completion(.failure(APIFailure(409, "No settings are made here."))) }
        func chooseTargets(
            _ request: TargetsRequest, completion: @escaping (Result<TargetsReport, APIFailure>) -> Void
        ) {
            completion(.success(TargetsReport(targets: request.targets.map { "chosen/\($0)" })))
        }
        func predict(
            _ request: PredictionRequest, completion: @escaping (Result<PredictionReport, APIFailure>) -> Void
        ) {
            calls.append("predict \(request.action) \(request.targets)")
            completion(.failure(APIFailure(409, "Nothing was done: it is late.", kind: .stalePrediction)))
        }
        func changeLoad(_ order: LoadOrder, completion: @escaping (Result<[UInt8], APIFailure>) -> Void) {
            calls.append("load \(order.action) \(order.arguments)")
            completion(.success(Array("{}\n".utf8)))
        }
        func shutDown() { calls.append("down") }
        func metrics() -> String { "cellmesh_up 1\n" }
        func memberPage(_ wanted: MembersPage.Wanted) -> String? { nil }
        func answer(ping datagram: [UInt8]) -> String? { nil }
    }

    /// A server and a client on one loop.
    private final class Rig {
        let loop: EventLoop
        let server: APIServer
        let client: HTTPClient
        let backend = Backend()

        init() throws {
            loop = try EventLoop()
            server = APIServer(loop: loop, token: "s3cret")
            client = HTTPClient(loop: loop)
            try server.listen(on: .loopback(0))
            server.backend = backend
            loop.beforeWaiting { [weak server] in server?.endTurn() }
        }

        func finish() {
            server.close()
            client.close()
            #expect(loop.close() == [])
        }

        func send(
            _ method: HTTPMethod, _ target: String, token: String? = "s3cret", host: String? = nil,
            origin: String? = nil, type: String? = "application/json", body: String = ""
        ) throws -> HTTPAnswer {
            var request = HTTPOutgoing(method, server.local, target, host: host, body: Array(body.utf8))
            if let token { request.set("Authorization", "Bearer \(token)") }
            if let origin { request.set("Origin", origin) }
            if let type, !body.isEmpty { request.set("Content-Type", type) }
            var result: Result<HTTPAnswer, HTTPClientError>?
            client.send(request, timeout: .seconds(30)) { result = $0 }
            while result == nil { loop.runOnce() }
            return try result!.get()
        }
    }

    @Test func aFormerPortIsTakenAgainWhereNobodyHasIt() throws {
        let loop = try EventLoop()
        let first = APIServer(loop: loop, token: "t")
        try first.listen(on: .loopback(0))
        let former = first.local
        // It is in use: any other will do.
        let second = APIServer(loop: loop, token: "t")
        try second.listen(on: .loopback(0), preferring: former)
        #expect(second.local.port != former.port && second.local.port != 0)
        first.close()
        for _ in 0..<3 { loop.runPending() }
        let third = APIServer(loop: loop, token: "t")
        try third.listen(on: .loopback(0), preferring: former)
        #expect(third.local == former)
        // Who asks for a port gets that one.
        let fourth = APIServer(loop: loop, token: "t")
        #expect(throws: UVError.self) { try fourth.listen(on: former, preferring: second.local) }
        second.close()
        third.close()
        #expect(loop.close() == [])
    }

    @Test("Reports are read with the token")
    func reads() throws {
        let rig = try Rig()
        let status = try rig.send(.get, "/v1/status")
        #expect(status.status == 200 && status.contentType == "application/json")
        #expect(status.text.contains(#""schema":"cellmesh/1""#))
        #expect(try rig.send(.get, "/v1/processes").status == 200)
        #expect(try rig.send(.get, "/v1/members?from=eu-1").status == 200)
        #expect(try rig.send(.get, "/v1/impact").status == 200)
        #expect(
            try rig.send(.get, "/v1/conflicts").text
                == #"{"complete":true,"conflicts":[],"count":0,"next":null,"schema":"cellmesh/1","unheard":[]}"# + "\n")
        #expect(try rig.send(.get, "/v1/events?since=5&limit=99999999").status == 200)
        #expect(try rig.send(.head, "/v1/status").body == [])
        #expect(rig.backend.calls == ["status", "members eu-1", "conflicts", "events 5 10000", "status"])
        rig.finish()
    }

    @Test("Faults are listed, added and removed")
    func faults() throws {
        let rig = try Rig()
        #expect(try rig.send(.get, "/v1/faults").status == 200)
        #expect(try rig.send(.get, "/v1/faults/add").status == 405)
        let body = #"{"kind":"latency","targets":["eu-1"],"delay_ms":0.25,"one_way":null,"for_ms":1000}"#
        #expect(try rig.send(.post, "/v1/faults/add", body: body).status == 200)
        #expect(try rig.send(.post, "/v1/faults/add", body: #"{"kind":1}"#).status == 400)
        #expect(try rig.send(.post, "/v1/faults/add", token: nil, body: body).status == 401)
        #expect(try rig.send(.post, "/v1/faults/remove", body: #"{"ids":["f1"]}"#).status == 200)
        #expect(try rig.send(.post, "/v1/faults/remove", body: "[]").status == 400)
        #expect(rig.backend.calls == ["fault latency [\"eu-1\"] 0.25", "heal [\"f1\"] false"])
        rig.finish()
    }

    @Test("Evacuations are begun, looked at and changed")
    func evacuations() throws {
        let rig = try Rig()
        let status = try rig.send(.get, "/v1/evacuations")
        #expect(status.status == 200)
        #expect(
            status.text == #"{"cohorts":{"moved":0,"of":64},"eta_ms":null,"kind":null,"outcome":"none","percent":0,"#
                + #""reason":null,"records":{"copied":0,"verified":0},"region":null,"schema":"cellmesh/1","#
                + #""stage":null,"step":null}"# + "\n")
        let body = #"{"region":"us","confirm":"us","stages":[5,100]}"#
        let refused = try rig.send(.post, "/v1/evacuations", body: body)
        #expect(refused.status == 409 && refused.text.contains("not today"))
        #expect(try rig.send(.post, "/v1/evacuations", body: #"{"region":"us","stages":[5]}"#).status == 400)
        #expect(try rig.send(.get, "/v1/evacuations/report").status == 404)
        rig.backend.ended = EvacuationReport(
            plan: try EvacuationPlan(Sample.topology, region: 1, id: 1, cohorts: 64), outcome: .completed)
        #expect(try rig.send(.get, "/v1/evacuations/report").text.contains(#""outcome":"completed""#))
        for change in ["pause", "resume", "abort"] {
            #expect(try rig.send(.post, "/v1/evacuations/\(change)").status == 200)
            #expect(try rig.send(.get, "/v1/evacuations/\(change)").status == 405)
        }
        #expect(try rig.send(.post, "/v1/evacuations/stop").status == 404)
        #expect(try rig.send(.delete, "/v1/evacuations").status == 405)
        #expect(try rig.send(.post, "/v1/evacuations/report").status == 405)
        #expect(rig.backend.calls == ["evacuate us us [5, 100]", "pause", "resume", "abort"])
        rig.finish()
    }

    @Test("Customers are moved, and given back, by name")
    func moves() throws {
        let rig = try Rig()
        #expect(try rig.send(.get, "/v1/pins").text == #"{"count":0,"pins":[],"schema":"cellmesh/1"}"# + "\n")
        #expect(try rig.send(.get, "/v1/pins?customer=c%201").status == 200)
        #expect(try rig.send(.post, "/v1/moves", body: #"{"customer":"c1","cells":["eu-1"]}"#).status == 200)
        #expect(try rig.send(.post, "/v1/moves", body: #"{"customer":"c1"}"#).status == 400)
        #expect(try rig.send(.get, "/v1/moves").status == 405)
        #expect(try rig.send(.delete, "/v1/pins/c%201+2").status == 200)
        #expect(try rig.send(.get, "/v1/pins/c1").status == 405)
        for path in ["/v1/pins/", "/v1/pins/a/b", "/v1/pins/a%2Fb", "/v1/pins/a%00"] {
            #expect(try rig.send(.delete, path).status == 404, "\(path)")
        }
        #expect(try rig.send(.delete, "/v1/pins").status == 405)
        #expect(rig.backend.calls == ["pins c 1", #"move c1 ["eu-1"]"#, "unpin c 1+2"])
        rig.finish()
    }

    @Test("Probes and metrics need no token")
    func probes() throws {
        let rig = try Rig()
        #expect(try rig.send(.get, "/livez", token: nil).status == 200)
        #expect(try rig.send(.get, "/readyz", token: nil).status == 200)
        rig.backend.isReady = false
        #expect(try rig.send(.get, "/readyz", token: nil).status == 503)
        #expect(try rig.send(.get, "/metrics", token: nil).text == "cellmesh_up 1\n")
        rig.finish()
    }

    @Test("Without the token nothing is read and nothing is done")
    func unauthorized() throws {
        let rig = try Rig()
        for token in [nil, "", "s3cre", "wrong"] as [String?] {
            let answer = try rig.send(.get, "/v1/status", token: token)
            #expect(answer.status == 401 && answer.contentType == "application/problem+json")
            #expect(try rig.send(.post, "/v1/down", token: token, body: "{}").status == 401)
            #expect(try rig.send(.get, "/v1/nothing", token: token).status == 401)
        }
        #expect(rig.backend.calls == [])
        rig.finish()
    }

    @Test("Requests under another name or from other pages are refused, with the token too")
    func sources() throws {
        let rig = try Rig()
        #expect(try rig.send(.get, "/v1/status", host: "evil.example").status == 403)
        #expect(try rig.send(.get, "/livez", host: "evil.example").status == 403)
        #expect(try rig.send(.get, "/v1/status", origin: "http://evil.example").status == 403)
        #expect(try rig.send(.post, "/v1/down", origin: "null", body: "{}").status == 403)
        #expect(rig.backend.calls == [])
        #expect(try rig.send(.get, "/v1/status", host: "localhost:\(rig.server.local.port)").status == 200)
        #expect(try rig.send(.get, "/v1/status", origin: "http://\(rig.server.local)").status == 200)
        rig.finish()
    }

    @Test("Changes are POST only, reads GET only, and the rest is not there")
    func methods() throws {
        let rig = try Rig()
        for action in ["kill", "pause", "resume", "restart", "down"] {
            for method in [HTTPMethod.get, .put, .delete] {
                #expect(try rig.send(method, "/v1/\(action)").status == 405, "\(method) \(action)")
            }
        }
        #expect(try rig.send(.post, "/v1/status", body: "{}").status == 405)
        for path in ["/", "/v1", "/v1/", "/v2/status", "/v1/killall", "/v1/status/x"] {
            #expect(try rig.send(.get, path).status == 404, "\(path)")
        }
        let missing = try rig.send(.get, "/v1/statsu")
        #expect(missing.text.contains("There is no /v1/statsu here. There are /livez, "))
        #expect(missing.text.contains(", /v1/status, "))
        #expect(try rig.send(.put, "/v1/settings").text.contains("takes GET, HEAD, POST and no"))
        #expect(try rig.send(.get, "/v1/events?sicne=1").status == 400)
        #expect(try rig.send(.get, "/v1/events?since=1&since=2").status == 400)
        #expect(rig.backend.calls == [])
        rig.finish()
    }

    @Test("Actions carry their targets and their lease")
    func actions() throws {
        let rig = try Rig()
        let answer = try rig.send(.post, "/v1/kill", body: #"{"targets":["eu-1","r1"],"for_ms":1500}"#)
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"schema":"cellmesh/1","targets":[{"action":"killed","name":"eu-1","pid":1,"state":"down"},"#
                + #"{"action":"killed","name":"r1","pid":1,"state":"down"}]}"# + "\n")
        #expect(try rig.send(.post, "/v1/pause", body: #"{"targets":["eu-1"],"for_ms":null}"#).status == 200)
        #expect(try rig.send(.post, "/v1/down").status == 202)
        #expect(rig.backend.calls == [#"kill ["eu-1", "r1"] 1500"#, #"pause ["eu-1"] -"#, "down"])
        rig.finish()
    }

    @Test("One that only watches refuses every change, and says why")
    func watching() throws {
        let rig = try Rig()
        rig.backend.refusesChanges = APIFailure(409, "It watches.")
        for path in [
            "/v1/kill", "/v1/pause", "/v1/resume", "/v1/restart", "/v1/down", "/v1/evacuations", "/v1/moves",
            "/v1/evacuations/abort",
        ] {
            let answer = try rig.send(.post, path, body: #"{"targets":["eu-1"]}"#)
            #expect(answer.status == 409 && answer.text.contains("It watches."), "\(path)")
        }
        #expect(try rig.send(.delete, "/v1/pins/c1").status == 409)
        #expect(try rig.send(.get, "/v1/status").status == 200)
        #expect(rig.backend.calls == ["status"])
        rig.finish()
    }

    @Test("What cannot be understood is a problem, not an action")
    func malformed() throws {
        let rig = try Rig()
        for body in ["", "{", "[]", "{}", #"{"targets":"eu-1"}"#, #"{"targets":[1]}"#, #"{"targets":[],"for_ms":"x"}"#]
        {
            #expect(try rig.send(.post, "/v1/kill", body: body).status == 400, "\(body)")
        }
        let form = try rig.send(.post, "/v1/kill", type: "text/plain", body: #"{"targets":["eu-1"]}"#)
        #expect(form.status == 415)
        #expect(try rig.send(.post, "/v1/kill", body: String(repeating: " ", count: 70_000)).status == 413)
        #expect(try rig.send(.get, "/v1/events?since=x").status == 400)
        #expect(try rig.send(.get, "/v1/events?limit=0").status == 400)
        let missing = try rig.send(.get, "/v1/members?from=nobody")
        #expect(missing.status == 404 && missing.text.contains("nobody"))
        #expect(rig.backend.calls == ["members nobody"])
        rig.finish()
    }
}
