/// Angles by series, so that two machines compute the same.
package enum Trigonometry {
    /// The sine of an angle in radians, to about 1e-12 within a million turns.
    package static func sine(_ angle: Double) -> Double {
        let turns = (angle / (2 * Double.pi)).rounded()
        var x = angle - turns * 2 * Double.pi
        // Into [-pi/2, pi/2], where the series is short.
        if x > Double.pi / 2 { x = Double.pi - x } else if x < -Double.pi / 2 { x = -Double.pi - x }
        let square = x * x
        var sum = 1.0
        var n = 21.0
        while n >= 3 {
            sum = 1 - square / (n * (n - 1)) * sum
            n -= 2
        }
        return x * sum
    }

    /// The cosine; see `sine`.
    package static func cosine(_ angle: Double) -> Double { sine(angle + Double.pi / 2) }

    /// The angle of the point (x, y), within -pi...pi, by halving: no more than 50 sines.
    package static func angle(_ x: Double, _ y: Double) -> Double {
        let length = (x * x + y * y).squareRoot()
        guard length > 0 else { return 0 }
        // Of the sine, which rises from -pi/2 to pi/2.
        var (low, high) = (-Double.pi / 2, Double.pi / 2)
        for _ in 0..<50 {
            let middle = (low + high) / 2
            if sine(middle) < y / length { low = middle } else { high = middle }
        }
        let angle = (low + high) / 2
        guard x < 0 else { return angle }
        return angle >= 0 ? Double.pi - angle : -Double.pi - angle
    }
}
