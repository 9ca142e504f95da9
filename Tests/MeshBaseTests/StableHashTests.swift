import Testing

@testable import MeshBase

/// Placement rests on these numbers: were one to change, customers would move.
@Suite struct StableHashTests {
    @Test func vectorsAreFrozen() {
        #expect(StableHash.hash("") == 0xF52A_15E9_A9B5_E89B)
        #expect(StableHash.hash("a") == 0xEDB2_9620_6F5C_D587)
        #expect(StableHash.hash("customer-1") == 0x95CD_C209_F412_F999)
        #expect(StableHash.hash("12345678") == 0x6965_0202_4B81_E7D4)
        #expect(StableHash.hash("a customer with a name of more than one word") == 0xCD25_76D9_129B_FD95)
        #expect(StableHash.hash("customer-1", seed: 7) == 0x6065_209A_9162_4C6B)
        #expect(StableHash.combine(1, 2) == 0x7446_0FFC_71DB_FB62)
        #expect(StableHash.mix(1) == 0x5692_161D_100B_05E5)
    }

    @Test func textAndBytesAgreeWhateverTheirAlignment() {
        let text = "0123456789abcdefghij"
        for skip in 0..<16 {
            let bytes = [UInt8](repeating: 0, count: skip) + Array(text.utf8)
            let hash = bytes.withUnsafeBytes {
                StableHash.hash(UnsafeRawBufferPointer(rebasing: $0[skip...]))
            }
            #expect(hash == StableHash.hash(text))
        }
        #expect(CustomerHash("x").rawValue == StableHash.hash("x"))
    }

    @Test func orderAndLengthMatter() {
        #expect(StableHash.combine(1, 2) != StableHash.combine(2, 1))
        let zeros = (0..<40).map { count in
            [UInt8](repeating: 0, count: count).withUnsafeBytes { StableHash.hash($0) }
        }
        #expect(Set(zeros).count == 40)
    }

    @Test func everyBitOfTheInputChangesHalfOfTheOutput() {
        var flips = 0
        for bit in 0..<64 {
            let change = StableHash.mix(0x1234_5678) ^ StableHash.mix(0x1234_5678 ^ (1 << UInt64(bit)))
            flips += change.nonzeroBitCount
        }
        #expect(abs(flips - 64 * 32) < 64 * 4)
    }
}
