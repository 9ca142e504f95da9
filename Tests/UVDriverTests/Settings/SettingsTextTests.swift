import MeshBase
import Resilience
import Testing
import Wire

@testable import UVDriver

@Suite struct SettingsTextTests {
    private let seal = SettingsSeal(secret: [UInt8](repeating: 7, count: 32), mesh: "m")
    private let document = SettingsDocument(
        version: 3, at: WallTime(milliseconds: 1_000),
        flags: [FlagEntry("offers", isOn: false, scope: .cell("us/1"), until: WallTime(milliseconds: 5_000))],
        comparison: ComparisonEntry(a: .normal, b: .minor, share: 0.3))

    @Test func whatIsSealedIsOpened() throws {
        let bytes = Array(SettingsText.sealed(document, seal).utf8)
        #expect(try SettingsText.open(bytes, seal) == .document(document))
        #expect(try SettingsText.reading(SettingsText.file(document)) == .document(document))
    }

    @Test func aProofOfOthersOrOfAnotherDocumentIsForged() {
        let other = SettingsSeal(secret: [UInt8](repeating: 8, count: 32), mesh: "m")
        let bytes = Array(SettingsText.sealed(document, other).utf8)
        #expect(throws: SettingsText.Refusal.forged) { try SettingsText.open(bytes, seal) }
        let changed = SettingsText.sealed(document, seal).replacing("\"off\"", with: "\"on\"")
        #expect(throws: SettingsText.Refusal.forged) { try SettingsText.open(Array(changed.utf8), seal) }
    }

    @Test func whatIsNoDocumentIsRefused() {
        for text in [
            "", "{}", "[1]", "{\"proof\":\"00\",\"settings\":{\"schema\":1}}", "{\"settings\":{\"schema\":1}}",
        ] {
            #expect(throws: SettingsText.Refusal.self, "\(text)") { try SettingsText.open(Array(text.utf8), seal) }
        }
        let long = [UInt8](repeating: 32, count: SettingsText.largest + 1)
        #expect(throws: SettingsText.Refusal.self) { try SettingsText.open(long, seal) }
    }

    @Test func aLaterSchemaIsToldApart() throws {
        let text = "{\"proof\":\"\",\"settings\":{\"schema\":2,\"version\":9,\"levels\":\"other\"}}"
        #expect(try SettingsText.open(Array(text.utf8), seal) == .newer(schema: 2, version: 9))
    }

    @Test func aNoticeIsSixteenBytes() {
        let notice = SettingsNotice(document)
        #expect(notice.payload.count == 16)
        #expect(SettingsNotice(notice.payload) == notice)
        #expect(SettingsNotice([1, 2, 3]) == nil && SettingsNotice([]) == nil)
    }

    @Test func anAnswerSaysWhetherADocumentIsThere() {
        var holder = SettingsHolder()
        let verdict = holder.offer(.document(document), now: WallTime(milliseconds: 0))
        let answer = SettingsAnswer(holder, verdict)
        #expect(answer.verdict == "applied" && answer.has(document))
        var next = document
        next.version = 4
        #expect(!answer.has(next))
        next.version = 2
        #expect(answer.has(next), "a later one takes its place")
        var twin = document
        twin.flags = []
        #expect(!answer.has(twin), "another of the same version is another")
    }
}
