import Testing

@testable import Exports

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("100", 100_000), ("1", 1_000), ("250m", 250), ("0.5", 500), ("1.25", 1_250), ("0.001", 1), ("0", nil),
            ("0.0", nil),
            ("", nil), ("m", nil), ("-1", nil), ("1.", nil), (".5", nil), ("1.2345", nil), ("1e3", nil), ("0m", nil),
            ("١", nil),
            ("99999999999999999999", nil), ("+1", nil),
        ] as [(String, Int?)])
    func processorsAreThousandths(_ text: String, _ thousandths: Int?) {
        #expect(Quantity.processors(text) == thousandths)
        if let thousandths { #expect(Quantity.processors(Quantity.processors(thousandths)) == thousandths) }
    }

    @Test(
        arguments: [
            ("8Gi", 8 << 30), ("8GiB", 8 << 30), ("128Mi", 128 << 20), ("1Ki", 1_024), ("2Ti", 2 << 40), ("7", 7),
            ("0", nil),
            ("0Gi", nil), ("1G", nil), ("Gi", nil), ("-1Gi", nil), ("9999999999Ti", nil), ("", nil), ("1.5Gi", nil),
        ] as [(String, Int?)])
    func memoryIsBytes(_ text: String, _ bytes: Int?) {
        #expect(Quantity.memory(text) == bytes)
        if let bytes { #expect(Quantity.memory(Quantity.memory(bytes)) == bytes) }
    }

    @Test func settingsAreReadStrictly() throws {
        let quota = try #require(KubernetesSettings.Quota("cpu=2.5,claims=0"))
        #expect(quota.processors == 2_500 && quota.claims == 0 && quota.memory == 200 << 30 && quota.loadBalancers == 2)
        for text in ["", "cpu", "cpu=", "cpu=1,cpu=2", "disk=1Gi", "cpu=1,", "memory=1G", "claims=-1", "claims=1.5"] {
            #expect(KubernetesSettings.Quota(text) == nil, "\(text)")
        }
        let limits = try #require(KubernetesSettings.Limits("max-memory=16Gi,memory=2Gi"))
        #expect(limits.most.memory == 16 << 30 && limits.usual.memory == 2 << 30 && limits.least.processors == 100)
        for text in ["max-cpu=500m", "min-memory=2Gi", "cpu=5", "x-cpu=1", "cpu=1Gi", "max-memory=4"] {
            #expect(KubernetesSettings.Limits(text) == nil, "\(text)")
        }
    }
}
