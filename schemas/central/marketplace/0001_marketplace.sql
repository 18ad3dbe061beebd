-- The central marketplace's own tables, as its web application makes them: what `hub init --with-marketplace` lays in a
-- database that has none. Where there is a marketplace, the hub finds these tables and never alters them. Instants are UTC.
-- The indexes by seller and by bundle are what a marketplace of some size needs for the hub's look at one seller.
CREATE TYPE user_role AS ENUM ('seller', 'consumer', 'admin');
CREATE TYPE week_day AS ENUM ('Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday');
CREATE TYPE weather AS ENUM ('sunny', 'cloudy', 'rainy', 'snowy', 'windy');
CREATE TYPE chart AS ENUM ('line', 'multi_line', 'bar', 'stacked_bar', 'pie', 'area');

CREATE TABLE users (
    user_id serial PRIMARY KEY,
    username varchar(255) NOT NULL UNIQUE,
    email varchar(250) NOT NULL UNIQUE,
    pw_hash varchar(255) NOT NULL,
    role user_role NOT NULL,
    created_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    last_login timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE admins (
    user_id integer PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    fname varchar(100) NOT NULL,
    lname varchar(100) NOT NULL
);

CREATE TABLE sellers (
    user_id integer PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    seller_name varchar(255) NOT NULL,
    verified_by integer REFERENCES admins (user_id),
    verification_date timestamp,
    address_line1 varchar(255) NOT NULL,
    address_line2 varchar(255),
    city varchar(100) NOT NULL,
    post_code varchar(20) NOT NULL,
    region varchar(100),
    country varchar(100) NOT NULL,
    latitude double precision,
    longitude double precision
);

CREATE TABLE consumers (
    user_id integer PRIMARY KEY REFERENCES users (user_id) ON DELETE CASCADE,
    fname varchar(100) NOT NULL,
    lname varchar(100) NOT NULL
);

CREATE TABLE category (
    category_id serial PRIMARY KEY,
    category_name varchar(100) NOT NULL UNIQUE,
    category_coefficient double precision NOT NULL
);

CREATE TABLE bundles (
    bundle_id serial PRIMARY KEY,
    seller_id integer NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    bundle_name varchar(100) NOT NULL,
    description varchar(255),
    carbon_dioxide integer NOT NULL,
    total_qty integer NOT NULL,
    price decimal(10, 2) NOT NULL,
    discount_percentage integer NOT NULL,
    window_start timestamp NOT NULL,
    window_end timestamp NOT NULL,
    created_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX bundles_by_seller ON bundles (seller_id, bundle_id);

CREATE TABLE bundle_category (
    category_id integer NOT NULL REFERENCES category (category_id) ON DELETE CASCADE,
    bundle_id integer NOT NULL REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    PRIMARY KEY (category_id, bundle_id)
);
CREATE INDEX bundle_category_by_bundle ON bundle_category (bundle_id);

CREATE TABLE reservations (
    reservation_id serial PRIMARY KEY,
    bundle_id integer NOT NULL REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    consumer_id integer NOT NULL REFERENCES consumers (user_id) ON DELETE CASCADE,
    reserved_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    claim_code varchar(20) NOT NULL,
    collected_at timestamp,
    UNIQUE (bundle_id, claim_code)
);

CREATE TABLE forecast_input (
    input_id serial PRIMARY KEY,
    bundle_id integer NOT NULL REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    seller_id integer NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    category_id integer NOT NULL REFERENCES category (category_id) ON DELETE CASCADE,
    day_of_week week_day NOT NULL,
    window_start timestamp NOT NULL,
    window_end timestamp NOT NULL,
    is_holiday boolean NOT NULL,
    temperature decimal(5, 2) NOT NULL,
    weather_flag weather NOT NULL,
    observed_reservations integer NOT NULL,
    observed_no_shows integer NOT NULL
);
CREATE INDEX forecast_input_by_bundle ON forecast_input (bundle_id);
CREATE INDEX forecast_input_by_seller ON forecast_input (seller_id);

CREATE TABLE forecast_output (
    output_id serial PRIMARY KEY,
    bundle_id integer NOT NULL UNIQUE REFERENCES bundles (bundle_id) ON DELETE CASCADE,
    seller_id integer NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    window_start timestamp NOT NULL,
    predicted_sales integer NOT NULL,
    posted_qty integer NOT NULL,
    predicted_no_show_prob decimal(5, 4) NOT NULL,
    confidence decimal(5, 4) NOT NULL,
    rationale varchar(500),
    generated_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE analytics_graphs_types (
    graph_type_id serial PRIMARY KEY,
    chart_type chart NOT NULL,
    graph_summary varchar(255) NOT NULL,
    x_axis_label varchar(255),
    y_axis_label varchar(255)
);

CREATE TABLE analytics_graphs (
    graph_id serial PRIMARY KEY,
    seller_id integer NOT NULL REFERENCES sellers (user_id) ON DELETE CASCADE,
    graph_type integer NOT NULL REFERENCES analytics_graphs_types (graph_type_id),
    created_at timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX analytics_graphs_by_seller ON analytics_graphs (seller_id);

CREATE TABLE analytics_series (
    series_id serial PRIMARY KEY,
    graph_id integer NOT NULL REFERENCES analytics_graphs (graph_id) ON DELETE CASCADE,
    series_name varchar(255) NOT NULL,
    sort_index integer NOT NULL
);
CREATE INDEX analytics_series_by_graph ON analytics_series (graph_id);

CREATE TABLE analytics_points (
    series_id integer NOT NULL REFERENCES analytics_series (series_id) ON DELETE CASCADE,
    sort_index integer NOT NULL,
    x varchar(255) NOT NULL,
    y decimal(18, 4) NOT NULL,
    PRIMARY KEY (series_id, sort_index)
);
