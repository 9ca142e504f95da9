import Testing

@testable import MeshBase

@Suite struct GeneratorTests {
    /// The first outputs of the published algorithm, from the reference implementation's state 1, 2, 3, 4.
    @Test func theStreamIsXoshiro256StarStar() {
        var generator = Generator(seed: 0)
        generator.s = (1, 2, 3, 4)
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
        ]
        #expect((0..<5).map { _ in generator.next() } == expected)
    }

    /// SplitMix64 from seed 1234567: the values that its authors' program prints.
    @Test func theMixerIsSplitMix64() {
        var mixer = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        ]
        #expect((0..<3).map { _ in mixer.next() } == expected)
    }

    /// Frozen: a simulation must replay the same from the same seed in every release.
    @Test func streamsAreFrozen() {
        var plain = Generator(seed: 42)
        #expect(
            (0..<3).map { _ in plain.next() } == [0x1578_0B2E_0C2E_C716, 0x6104_D986_6D11_3A7E, 0xAE17_5332_39E4_99A1])
        var named = Generator(seed: 42, concern: "service.wait", node: 7, counter: 1)
        #expect(
            (0..<3).map { _ in named.next() } == [0x97E2_4EB5_1896_F961, 0x8B00_ACD3_A964_C88E, 0x4B44_5D56_3AE7_62A3])
        var normal = Generator(seed: 42)
        #expect(
            (0..<3).map { _ in normal.normal().bitPattern } == [
                0xBFF6_12A0_A2CC_185C, 0xBFD3_B8E5_3202_0F90, 0x3FDD_F0C4_1D1C_00E7,
            ])
    }

    @Test func streamsOfDifferentConcernsDiffer() {
        func first(_ seed: UInt64, _ concern: StaticString, _ node: UInt64, _ counter: UInt64) -> UInt64 {
            var generator = Generator(seed: seed, concern: concern, node: node, counter: counter)
            return generator.next()
        }
        let firsts = [
            first(1, "a", 0, 0), first(2, "a", 0, 0), first(1, "b", 0, 0), first(1, "a", 1, 0), first(1, "a", 0, 1),
        ]
        #expect(Set(firsts).count == firsts.count)
    }

    @Test func drawsStayInTheirRanges() {
        var generator = Generator(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        var sum = 0.0
        var squares = 0.0
        for _ in 0..<70_000 {
            let unit = generator.unit()
            #expect(unit >= 0 && unit < 1)
            counts[Int(generator.below(7))] += 1
            let normal = generator.normal()
            sum += normal
            squares += normal * normal
        }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
        #expect(abs(sum / 70_000) < 0.02)
        #expect(abs(squares / 70_000 - 1) < 0.03)
        #expect(generator.below(0) == 0)
        #expect(generator.below(1) == 0)
        #expect(generator.chance(1) && !generator.chance(0))
        #expect(generator.chance(2) && !generator.chance(-1))
    }
}
