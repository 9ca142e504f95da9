import Testing

@testable import Resilience

@Suite struct NoticeEntryTests {
    private func time(_ milliseconds: Int64) -> WallTime { WallTime(milliseconds: milliseconds) }

    @Test func itIsOneLineOfTextWithinItsBound() {
        let fine = ["We move.", "Ä – 移動 🙂", String(repeating: "a", count: NoticeEntry.most)]
        for text in fine { #expect(SettingsDocument(notice: NoticeEntry(text)).problems().isEmpty, "\(text)") }
        let odd = [
            "", "  ", "two\nlines", "\u{1B}[2J", "\u{202E}turned", "\u{2028}", "a\u{0}",
            String(repeating: "ä", count: NoticeEntry.most / 2 + 1),
        ]
        for text in odd {
            #expect(
                SettingsDocument(notice: NoticeEntry(text)).problems().map(\.path) == ["notice.text"],
                "\(text.debugDescription)")
        }
    }

    @Test func itEndsByItselfOrStays() {
        let document = SettingsDocument(notice: NoticeEntry("n", until: time(5)))
        #expect(document.inForce(at: time(4)).notice != nil && document.inForce(at: time(5)).notice == nil)
        #expect(document.nextEnd(after: time(0)) == time(5))
        #expect(SettingsDocument(notice: NoticeEntry("n")).inForce(at: time(.max)).notice != nil)
    }

    @Test func itIsToldAsAChange() {
        var holder = SettingsHolder()
        let set = SettingsDocument(version: 1, notice: NoticeEntry("n", set: time(1)))
        #expect(
            holder.offer(.document(set), now: time(2))
                == .applied([.init(kind: .notice, name: "", scope: nil, value: "n", set: time(1), until: nil)]))
        #expect(
            holder.offer(.document(SettingsDocument(version: 2)), now: time(3))
                == .applied([.init(kind: .notice, name: "", scope: nil, value: nil, set: nil, until: nil)]))
    }
}
