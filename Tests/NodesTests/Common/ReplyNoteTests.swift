import MeshBase
import Resilience
import Testing

@testable import Nodes

@Suite struct ReplyNoteTests {
    private func parts(_ note: String) -> [String] {
        withBytes(note) { bytes in
            let note = ReplyNote(bytes)
            return [
                String(decoding: note.degraded, as: UTF8.self), note.policy.map { "\($0.name)" } ?? "-",
                String(decoding: note.gate, as: UTF8.self), String(decoding: note.cause, as: UTF8.self),
            ]
        }
    }

    @Test func whatIsWrittenIsRead() {
        var buffer = ByteBuffer()
        buffer.append("shipping=static, offers=empty")
        ReplyNote.append(.breaker, "us-east-1", "checkout", "payment", into: &buffer)
        #expect(
            parts(String(decoding: buffer.bytes, as: UTF8.self)) == [
                "shipping=static, offers=empty", "breaker", "us-east-1/checkout/payment", "",
            ])
        buffer.removeAll()
        ReplyNote.append(.breaker, "us-east-1", "checkout", "payment", cause: "ledger", into: &buffer)
        #expect(
            parts(String(decoding: buffer.bytes, as: UTF8.self)) == [
                "", "breaker", "us-east-1/checkout/payment", "ledger",
            ])
        buffer.removeAll()
        buffer.append("offers=empty")
        ReplyNote.append(.deadline, into: &buffer)
        #expect(parts(String(decoding: buffer.bytes, as: UTF8.self)) == ["offers=empty", "deadline", "", ""])
    }

    @Test(arguments: [
        ("", ["", "-", "", ""]), ("a=static", ["a=static", "-", "", ""]), ("\n", ["", "-", "", ""]),
        ("\nnobody x", ["", "-", "x", ""]), ("\nbreaker x ", ["", "breaker", "x", ""]),
        ("\nbreaker", ["", "breaker", "", ""]), ("a=empty\nattempt-timeout ", ["a=empty", "attempt-timeout", "", ""]),
    ])
    func whatIsNotWholeIsReadAsFarAsItGoes(note: String, expected: [String]) {
        #expect(parts(note) == expected)
    }

    @Test func everyPolicyIsFoundByItsName() {
        for policy in PolicyName.allCases {
            #expect(withBytes("\(policy.name)") { PolicyName(named: $0) } == policy)
        }
    }
}
