import Evacuation
import MeshBase
import Testing

@testable import ControlPlane

@Suite struct EvacuationRequestTests {
    private func read(_ body: String) -> Result<EvacuationRequest, APIFailure> {
        do throws(APIFailure) { return .success(try EvacuationRequest(body: Array(body.utf8))) } catch {
            return .failure(error)
        }
    }

    @Test func everyMemberIsRead() throws {
        let text = #"""
            {"kind":"restore","region":"us","confirm":"us","stages":[10,100],"watch_ms":1500,"force":true,
             "dry_run":true}
            """#
        #expect(
            try read(text).get()
                == EvacuationRequest(
                    .restore, region: "us", confirm: "us", stages: [10, 100], watch: .milliseconds(1_500),
                    isForced: true, isDryRun: true))
    }

    @Test func theRegionIsEnough() throws {
        let request = EvacuationRequest(region: "us")
        #expect(try read(#"{"region":"us"}"#).get() == request)
        #expect(
            try read(#"{"region":"us","kind":null,"confirm":null,"stages":null,"watch_ms":null,"force":null}"#).get()
                == request)
        #expect(try read(#"{"region":"us","watch_ms":0}"#).get().watch == .zero)
        #expect(try read(#"{"region":"us","watch_ms":3600000}"#).get().watch == .hours(1))
    }

    @Test(arguments: [
        ("", "no JSON object"), ("[]", "no JSON object"), ("{", "no JSON object"), ("{}", "'region' must be"),
        (#"{"region":7}"#, "'region' must be a text"), (#"{"region":""}"#, "'region' must be the name"),
        (#"{"region":"us","regoin":"us"}"#, "'regoin' is no member of this body: did you mean 'region'? "),
        (#"{"region":"us","kind":"leave"}"#, "'kind' must be"), (#"{"region":"us","confirm":1}"#, "'confirm' must be"),
        (#"{"region":"us","stages":[5,50]}"#, "the last stage moves 50 % only: give percentages"),
        (#"{"region":"us","stages":[]}"#, "no stage is named"), (#"{"region":"us","stages":[0,100]}"#, "0 %"),
        (#"{"region":"us","stages":[50,50,100]}"#, "50 % after one of 50 %"),
        (#"{"region":"us","stages":"5,100"}"#, "'stages' must be a list of whole numbers"),
        (#"{"region":"us","stages":[5.5,100]}"#, "'stages' must be a list of whole numbers"),
        (#"{"region":"us","stages":[5,"100"]}"#, "'stages' must be a list of whole numbers"),
        (#"{"region":"us","watch_ms":-1}"#, "'watch_ms' must be a whole number from 0 to 3600000"),
        (#"{"region":"us","watch_ms":3600001}"#, "'watch_ms' must be a whole number"),
        (#"{"region":"us","watch_ms":1.5}"#, "'watch_ms' must be a whole number"),
        (#"{"region":"us","watch_ms":1e300}"#, "'watch_ms' must be a whole number"),
        (#"{"region":"us","watch_ms":"2s"}"#, "'watch_ms' must be a whole number"),
        (#"{"region":"us","force":1}"#, "'force' must be true or false"),
        (#"{"region":"us","dry_run":"yes"}"#, "'dry_run' must be true or false"),
        (#"{"region":{"name":"us"}}"#, "'region' must be a text"),
    ])
    func whatIsWrongIsNamed(_ body: String, _ detail: String) throws {
        guard case .failure(let failure) = read(body) else {
            Issue.record("\(body) was taken")
            return
        }
        #expect(failure.status == 400)
        #expect(failure.detail.contains(detail), "\(failure.detail)")
    }

    @Test func aDeepBodyIsRefused() {
        let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
        guard case .failure = read(#"{"region":"us","stages":\#(deep)}"#) else {
            Issue.record("a list of lists was taken")
            return
        }
    }

    @Test func plansHaveNamesOfOneLength() {
        #expect(EvacuationAnswer.planText(1) == "0000000000000001")
        #expect(EvacuationAnswer.planText(.max) == "ffffffffffffffff")
    }
}
