#include "edge/forecast/count_distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace edge::forecast {

namespace {

CountDistribution one(double mean, double size) {
    return CountDistribution({{.weight = 1, .mean = mean, .size = size}});
}

TEST(CountDistribution, HasTheProbabilitiesOfTheNegativeBinomial) {
    const CountDistribution geometric = one(1, 1);  // P(k) = 2^-(k+1)

    EXPECT_NEAR(geometric.pmf(0), .5, 1e-15);
    EXPECT_NEAR(geometric.pmf(3), 1.0 / 16, 1e-15);
    EXPECT_NEAR(geometric.cdf(3), 15.0 / 16, 1e-15);
    EXPECT_EQ(geometric.quantile(.5), 0);
    EXPECT_EQ(geometric.quantile(.51), 1);
    EXPECT_DOUBLE_EQ(geometric.mean(), 1);
    EXPECT_DOUBLE_EQ(geometric.variance(), 2);
}

TEST(CountDistribution, IsPoissonForAHugeSize) {
    const CountDistribution poisson = one(4, std::numeric_limits<double>::infinity());

    EXPECT_NEAR(poisson.pmf(0), std::exp(-4.0), 1e-10);
    EXPECT_NEAR(poisson.pmf(4), std::exp(-4.0) * 256 / 24, 1e-10);
}

TEST(CountDistribution, IsACertainZeroForMeanZero) {
    const CountDistribution none = one(0, 5);

    EXPECT_EQ(none.pmf(0), 1);
    EXPECT_EQ(none.quantile(.999), 0);
    EXPECT_EQ(none.mean(), 0);
}

TEST(CountDistribution, WithoutPartsIsACertainZero) {
    const CountDistribution none;

    EXPECT_EQ(none.cdf(0), 1);
    EXPECT_EQ(none.pmf(0), 1);
    EXPECT_EQ(none.pmf(1), 0);
    EXPECT_EQ(none.quantile(.9), 0);
}

TEST(CountDistribution, KeepsItsDigitsWhereTheProbabilityOfZeroUnderflows) {
    const CountDistribution large = one(3000, 1e12);
    const std::vector<double> pmf = large.probabilities(6000);

    EXPECT_NEAR(std::accumulate(pmf.begin(), pmf.end(), 0.0), 1, 1e-9);
    EXPECT_NEAR(static_cast<double>(large.quantile(.5)), 3000, 1);
}

TEST(CountDistribution, OfMillionsIsTheGammaOfTheSameSpread) {
    const CountDistribution huge = one(1e7, 4);  // standard deviation 5 million

    EXPECT_NEAR(huge.cdf(huge.quantile(.3)), .3, 1e-6);
    EXPECT_NEAR(static_cast<double>(huge.quantile(.5)), 9.18e6, 5e4);  // median of the gamma with shape 4
}

TEST(CountDistribution, ACapTakesAllMassAboveIt) {
    const CountDistribution cut = one(10, 5).with_cap(8);

    EXPECT_EQ(cut.cdf(8), 1);
    EXPECT_NEAR(cut.pmf(8), 1 - one(10, 5).cdf(7), 1e-12);
    EXPECT_EQ(cut.pmf(9), 0);
    EXPECT_EQ(cut.quantile(.95), 8);
    double mean = 0;
    for (std::int64_t k = 0; k <= 8; ++k) mean += static_cast<double>(k) * cut.pmf(k);
    EXPECT_NEAR(cut.mean(), mean, 1e-12);
    EXPECT_EQ(cut.without_cap(), one(10, 5));
}

TEST(CountDistribution, CutMomentsAgreeWithTheProbabilities) {
    const CountDistribution cut =
        CountDistribution({{.weight = .3, .mean = 4, .size = 2}, {.weight = .7, .mean = 12, .size = 30}}, 11);
    const std::vector<double> pmf = cut.probabilities(20);
    double mean = 0;
    double square = 0;
    for (std::size_t k = 0; k < pmf.size(); ++k) {
        mean += static_cast<double>(k) * pmf[k];
        square += static_cast<double>(k * k) * pmf[k];
    }

    EXPECT_NEAR(cut.mean(), mean, 1e-10);
    EXPECT_NEAR(cut.variance(), square - mean * mean, 1e-9);
}

TEST(CountDistribution, ThinningScalesTheMeanAndKeepsTheSize) {
    const CountDistribution thin = one(10, 5).with_cap(3).thinned(Probability::round(.2));

    EXPECT_EQ(thin, one(8, 5));
}

TEST(CountDistribution, MixingWeighsEqually) {
    const std::vector<CountDistribution> parts{one(2, 1), one(6, 1)};

    EXPECT_DOUBLE_EQ(mix(parts).mean(), 4);
    EXPECT_EQ(mix({}).cdf(0), 1);
}

TEST(CountDistribution, LeavesOutWhatIsNotANumber) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const CountDistribution usable({{.weight = nan, .mean = 5, .size = 1},
                                    {.weight = 1, .mean = nan, .size = 1},
                                    {.weight = -1, .mean = 9, .size = 1},
                                    {.weight = 2, .mean = 3, .size = 1}});

    EXPECT_EQ(usable, one(3, 1));
}

TEST(CountDistribution, DecodesWhatItEncoded) {
    const CountDistribution plain(
        {{.weight = .25, .mean = 1.0 / 3, .size = 7}, {.weight = .75, .mean = 9, .size = .1}});

    EXPECT_EQ(CountDistribution::decode(plain.encode()), plain);
    EXPECT_EQ(CountDistribution::decode(plain.with_cap(4).encode()), plain.with_cap(4));
    EXPECT_EQ(CountDistribution::decode(CountDistribution().encode()), CountDistribution());
}

TEST(CountDistribution, RefusesEverySingleDamagedOrMissingByte) {
    const std::vector<std::uint8_t> whole = one(3, 2).with_cap(9).encode();

    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::vector<std::uint8_t> damaged = whole;
        damaged[i] ^= 0x10U;
        EXPECT_FALSE(CountDistribution::decode(damaged)) << "byte " << i;
        EXPECT_FALSE(CountDistribution::decode(std::span(whole).first(i))) << i << " bytes";
    }
}

}  // namespace

}  // namespace edge::forecast
