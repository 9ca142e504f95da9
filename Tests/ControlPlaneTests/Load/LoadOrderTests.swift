import Reports
import Testing
import UVDriver

@testable import ControlPlane

@Suite("Loads by the API") struct LoadOrderTests {
    private func order(_ text: String) throws -> LoadOrder { try LoadOrder(body: Array(text.utf8)) }

    @Test func aStartBecomesTheCommandsOptions() throws {
        let found = try order(
            #"{"action":"start","rate":12.5,"duration_ms":1500,"timeout_ms":200,"customers":10,"seed":7,"keys":3,"#
                + #""connections":4,"mix":"reads=100%","priorities":"low=100%","post":"keyed","values":"1..2","#
                + #""services":["a","b"],"slo":["p99<50ms"],"verify":true,"no_report":false,"router":"router/r1"}"#)
        #expect(found.action == .start && found.router == "r1")
        #expect(
            found.arguments == [
                "--rate=12.5", "--duration=1500ms", "--timeout=200ms", "--customers=10", "--seed=7", "--connections=4",
                "--keys=3", "--mix=reads=100%", "--priorities=low=100%", "--post=keyed", "--values=1..2",
                "--service=a", "--service=b", "--slo=p99<50ms", "--verify",
            ])
        #expect(try order(#"{"action":"start"}"#).arguments == [] && order(#"{"action":"stop"}"#).arguments == [])
    }

    @Test(arguments: [
        "", "{}", #"{"action":"begin"}"#, #"{"action":"start","rate":-1}"#, #"{"action":"start","rate":"9"}"#,
        #"{"action":"start","duration_ms":0}"#, #"{"action":"start","duration_ms":604800001}"#,
        #"{"action":"start","services":"a"}"#, #"{"action":"start","mix":""}"#, #"{"action":"start","mix":"a\nb"}"#,
        #"{"action":"start","rat":1}"#, #"{"action":"stop","rate":1}"#, #"{"action":"start","seed":1.5}"#,
    ]) func whatCannotBeIsRefused(_ text: String) {
        let failure = #expect(throws: APIFailure.self) { try order(text) }
        #expect(failure?.status == 400 && failure?.detail.contains("Send {\"action\": \"start\"") == true)
    }

    @Test func whatGoesOnInAListIsBounded() {
        let many = Array(repeating: #""a""#, count: 65).joined(separator: ",")
        #expect(throws: APIFailure.self) { try order(#"{"action":"start","slo":[\#(many)]}"#) }
        let long = String(repeating: "a", count: 257)
        #expect(throws: APIFailure.self) { try order(#"{"action":"start","services":["\#(long)"]}"#) }
    }

    @Test func whatTheCommandSaysIsTheAnswer() throws {
        let report = Array(#"{"schema":"cellmesh/1"}"#.utf8)
        for exit in [ChildProcess.Exit.exited(0), .exited(5)] {
            #expect(try LoadDesk.answer(exit, report, []).get() == report)
        }
        func refusal(_ code: Int32) -> APIFailure? {
            let failure = FailureReport(
                code: "c", exitCode: code, message: "no load was started", hint: nil, next: "cellmesh load start")
            guard
                case .failure(let failure) = LoadDesk.answer(
                    .exited(code), [], Array("a warning\n".utf8) + ReportJSON.encode(failure))
            else { return nil }
            return failure
        }
        #expect(refusal(64) == APIFailure(400, "no load was started; 'cellmesh load start'."))
        #expect(refusal(1)?.status == 409 && refusal(3)?.status == 503)
        guard case .failure(let failure) = LoadDesk.answer(.signalled(9), [], []) else {
            Issue.record("a command that was killed said something")
            return
        }
        #expect(failure.status == 500 && failure.detail.contains("signal 9"))
    }
}
