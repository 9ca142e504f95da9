import MeshBase
import Reports
import Resilience
import Testing

@testable import ControlPlane

@Suite struct SettingsRequestTests {
    private let now = WallTime(milliseconds: 10_000)

    private func edits(_ text: String) throws -> [SettingsEdit] {
        try SettingsRequest(body: Array(text.utf8)).edits(at: now)
    }

    private func refusal(_ text: String) -> APIFailure? {
        do {
            _ = try edits(text)
            return nil
        } catch { return error as? APIFailure }
    }

    @Test func everyKindIsUnderstood() throws {
        #expect(
            try edits(#"{"changes":[{"kind":"flag","name":"offers","value":"off","scope":"cell/a-1","for_ms":500}]}"#)
                == [
                    .setFlag(
                        FlagEntry(
                            "offers", isOn: false, scope: .cell("a-1"), set: now, until: WallTime(milliseconds: 10_500))
                    )
                ])
        #expect(
            try edits(#"{"changes":[{"kind":"flag","name":"offers","value":null}]}"#) == [.removeFlag("offers", .mesh)])
        #expect(
            try edits(#"{"changes":[{"kind":"breaker","name":"a/b/c","value":"forced-open"}]}"#)
                == [
                    .holdBreaker(
                        BreakerEntry("a/b/c", .forcedOpen, set: now, until: WallTime(milliseconds: 310_000)))
                ])
        #expect(try edits(#"{"changes":[{"kind":"breaker","name":"a/b/c"}]}"#) == [.resetBreaker("a/b/c")])
        #expect(
            try edits(#"{"changes":[{"kind":"level","value":"moderate","pin":true,"scope":"region/us"}]}"#)
                == [.setLevel(LevelEntry(.moderate, scope: .region("us"), isPinned: true, set: now))])
        #expect(try edits(#"{"changes":[{"kind":"level"}]}"#) == [.removeLevel(.mesh)])
        #expect(
            try edits(#"{"changes":[{"kind":"peak","name":"sale","value":"on","for_ms":1000}]}"#)
                == [.beginPeak(PeakEntry("sale", set: now, until: WallTime(milliseconds: 11_000)))])
        #expect(try edits(#"{"changes":[{"kind":"peak"}]}"#) == [.endPeak])
        guard
            case .compare(let entry)? = try edits(
                #"{"changes":[{"kind":"comparison","value":"normal and minor","share":0.2}]}"#
            ).first
        else {
            Issue.record("no comparison")
            return
        }
        #expect(entry.a == .normal && entry.b == .minor && entry.share == 0.2)
        #expect(try edits(#"{"changes":[{"kind":"comparison"}]}"#) == [.endComparison])
        #expect(
            try edits(#"{"changes":[{"kind":"notice","value":"we move","for_ms":1000}]}"#)
                == [.setNotice(NoticeEntry("we move", set: now, until: WallTime(milliseconds: 11_000)))])
        #expect(try edits(#"{"changes":[{"kind":"notice"}]}"#) == [.removeNotice])
    }

    @Test func whatIsMisspeltIsRefusedWithTheNearest() {
        for (text, part) in [
            (#"{"changes":[{"kind":"flga","name":"x","value":"on"}]}"#, "did you mean 'flag'?"),
            (#"{"changes":[{"kind":"flag","name":"x","value":"of"}]}"#, "did you mean 'off'?"),
            (#"{"changes":[{"kind":"flag","name":"x","value":"on","scop":"mesh"}]}"#, "did you mean 'scope'?"),
            (#"{"changes":[{"kind":"flag","name":"x","value":"on","scope":"cel/a"}]}"#, "did you mean 'cell'?"),
            (#"{"changes":[{"kind":"level","value":"modrate"}]}"#, "did you mean 'moderate'?"),
            (#"{"changes":[{"kind":"breaker","name":"g","value":"force-open"}]}"#, "did you mean 'forced-open'?"),
            (#"{"changes":[{"kind":"flag","value":"on"}]}"#, "has a name"),
            (#"{"changes":[{"kind":"flag","name":"x","value":"on","for_ms":0}]}"#, "for_ms"),
            (#"{"changes":[{"kind":"peak","name":"sale","value":"on"}]}"#, "needs an end"),
            (#"{"changes":[{"kind":"comparison","value":"normal"}]}"#, "two levels"),
            (#"{"changes":[{"kind":"comparison","value":"normal and minor","share":1}]}"#, "share"),
            (#"{"changes":[]}"#, "1 to 256"), (#"{"change":[]}"#, "missing"), ("x", "Send"),
        ] {
            let refusal = refusal(text)
            #expect(
                refusal?.status == 400 && refusal?.detail.contains(part) == true, "\(text): \(refusal?.detail ?? "-")")
        }
    }

    @Test func aRequestIsReadAsItIsWritten() throws {
        let request = SettingsRequest([
            SettingsWish(.level, scope: "mesh", value: "minor", pin: true, lease: 5), SettingsWish(.breaker, "a/b/c"),
        ])
        #expect(try SettingsRequest(body: ReportJSON.encode(request)) == request)
    }

    /// What screens post, and the prediction that it stands on.
    @Test func whatAScreenPostsIsKnownAgainByItsPrediction() throws {
        var options = PredictionRequest.Options()
        (options.value, options.lease) = ("closed", 5)
        var predicted = PredictionRequest(action: "breaker", targets: ["a/b/c"], options: options)
        var body = SettingsBody([.init(kind: "breaker", name: "a/b/c", value: "closed", lease: 5)], prediction: "p1")
        var request = try SettingsRequest(body: ReportJSON.encode(body))
        #expect(request.prediction == "p1" && PredictionRequest(request).normalised == predicted.normalised)
        predicted = PredictionRequest(action: "degrade", targets: ["mesh"], options: .init())
        body = SettingsBody([.init(kind: "level", value: nil, lease: nil)], prediction: nil)
        request = try SettingsRequest(body: ReportJSON.encode(body))
        #expect(request.prediction == nil && PredictionRequest(request).normalised == predicted.normalised)
        // Two that differ are no one action.
        request.changes.append(SettingsWish(.level, scope: "cell/a", value: "minor"))
        #expect(PredictionRequest(request).action == "settings")
        request.changes = [SettingsWish(.flag, "offers", value: "off")]
        #expect(PredictionRequest(request).action == "settings")
    }
}
