import Testing

@testable import Resilience

@Suite struct ShortNumberTests {
    @Test(arguments: [
        (0.62, "0.62"), (0.625, "0.63"), (5, "5"), (1.4, "1.4"), (0.05, "0.05"), (-0.001, "0"), (-1.25, "-1.25"),
        (0.999, "1"), (123_456.7, "123456.7"), (.infinity, "inf"), (1e15, "1000000000000000.0"),
    ]) func roundedToTwoPlacesWithoutZeros(_ value: Double, _ text: String) {
        #expect(ShortNumber.text(value) == text)
    }
}
