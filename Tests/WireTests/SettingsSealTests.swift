import MeshBase
import Testing

@testable import Wire

@Suite struct SettingsSealTests {
    private let secret = [UInt8](repeating: 7, count: 32)

    @Test func whoHoldsTheSecretCanTell() {
        let seal = SettingsSeal(secret: secret, mesh: "m")
        let bytes = Array("{\"version\":1}".utf8)
        let proof = seal.proof(of: bytes)
        #expect(proof.count == SettingsSeal.size)
        #expect(seal.isGenuine(proof, of: bytes))
        #expect(!seal.isGenuine(proof, of: bytes + [0]))
        #expect(!seal.isGenuine([], of: bytes) && !seal.isGenuine(Array(proof.dropLast()), of: bytes))
        for position in proof.indices {
            var other = proof
            other[position] ^= 1
            #expect(!seal.isGenuine(other, of: bytes))
        }
    }

    @Test func aProofIsOfOneMeshAndOneSecret() {
        let bytes: [UInt8] = [1, 2, 3]
        let proof = SettingsSeal(secret: secret, mesh: "m").proof(of: bytes)
        #expect(!SettingsSeal(secret: secret, mesh: "n").isGenuine(proof, of: bytes))
        #expect(!SettingsSeal(secret: [UInt8](repeating: 8, count: 32), mesh: "m").isGenuine(proof, of: bytes))
    }
}
