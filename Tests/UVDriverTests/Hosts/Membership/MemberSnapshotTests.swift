import MeshBase
import Testing

@testable import UVDriver

@Suite struct MemberSnapshotTests {
    @Test func readsWhatItWrites() {
        var snapshot = MemberSnapshot("")
        #expect(snapshot.entries.isEmpty)
        snapshot.entries = [
            .init(name: "a", endpoint: .loopback(7000)), .init(name: "b", endpoint: .loopback(7001)),
        ]
        #expect(MemberSnapshot(snapshot.text) == snapshot)
    }

    @Test func damagedLinesArePassedOver() {
        #expect(MemberSnapshot("something else\na 127.0.0.1:1\n").entries.isEmpty)
        let text = "cellmesh-members 1\na 127.0.0.1:7000\nb\nc 127.0.0.1:0\nd nowhere\ne 1.2.3.4:5 6\nf 10.0.0.1:9\n"
        #expect(MemberSnapshot(text).entries.map(\.name) == ["a", "f"])
    }

    @Test func hexadecimal() {
        let bytes: [UInt8] = [0, 1, 0x7F, 0xAB, 0xFF]
        #expect(HexText.text(bytes) == "00017fabff")
        #expect(HexText.bytes("00017FabFF") == bytes)
        #expect(HexText.bytes("0") == nil)
        #expect(HexText.bytes("0g") == nil)
        #expect(HexText.bytes("") == [])
        #expect(GossipStream.datagram("c1ff") == [0xC1, 0xFF])
        #expect(GossipStream.datagram("xyz") == [])
    }
}
